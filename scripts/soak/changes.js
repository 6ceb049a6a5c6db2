// Users who make intercepts and leave them again, as fast as the manager answers, whether it is
// there or not.
import { setTimeout as sleep } from 'node:timers/promises';

const users = 24;
const answerMsMax = 5_000;
const retryMs = 20;

/** One call to the manager, with an end. */
export const call = (url, token, method, path, body) =>
  fetch(`${url}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    signal: AbortSignal.timeout(answerMsMax),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

// Every second one with the user's own key, the others with a header of their own.
const wantedBy = (user) => ({
  workload: 'soak',
  session: `se_${String.fromCharCode(97 + user).repeat(26)}`,
  laptop: 'storm',
  match: user % 2 === 0 ? { key: 'personal' } : { all: [{ header: 'x-storm', equals: `${user}` }] },
});

const comeAndGo = async (url, token, user, isOver) => {
  let changes = 0;
  while (!isOver()) {
    try {
      const made = await call(url, token, 'POST', '/v1/intercepts', wantedBy(user));
      const { id } = await made.json();
      if (!made.ok) throw new Error(`${made.status}`);
      const left = await call(url, token, 'DELETE', `/v1/intercepts/${id}`);
      await left.arrayBuffer();
      changes += 2;
    } catch {
      await sleep(retryMs); // The manager is away at this moment.
    }
  }
  return changes;
};

/** Resolves with how many changes were made once `isOver` says so. */
export const changeRules = async (url, ownerToken, isOver) => {
  const tokens = [];
  for (let user = 0; user < users; user++) {
    const wanted = { role: 'user', user: `storm-${user}` };
    const made = await call(url, ownerToken, 'POST', '/v1/tokens', wanted);
    tokens.push((await made.json()).token);
  }
  const all = tokens.map((token, user) => comeAndGo(url, token, user, isOver));
  return (await Promise.all(all)).reduce((sum, changes) => sum + changes, 0);
};
