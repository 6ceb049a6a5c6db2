// What runs inside a namespace for the soak of the tunnel: `service NAME HOST` answers requests,
// `key MANAGER` asks for the key of the user of this run, `probe URL KEY` sends twenty requests a second
// with it and prints what became of each.
import { Agent, createServer, get } from 'node:http';

const everyMs = 50;
/** Requests that wait for an answer at once; more are not sent. */
const waitingMax = 500;

const print = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);

const serve = (name, host) => {
  const server = createServer((request, answer) => {
    request.resume();
    answer.end(name);
  });
  server.listen(0, host, () => print({ port: server.address().port }));
};

const ask = (url, key, agent) =>
  new Promise((resolve) => {
    const request = get(url, { agent, headers: { 'x-byway-id': key } }, async (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk) => {
        text += chunk;
      });
      answer.on('error', ({ code }) => resolve(`${code} in the answer`));
      answer.on('end', () => resolve(answer.statusCode === 200 ? text : `${answer.statusCode}`));
    });
    request.on('error', ({ code }) =>
      resolve(`${code} on ${request.reusedSocket ? 'a kept' : 'a new'} connection`),
    );
  });

const probe = (url, key) => {
  const agent = new Agent({ keepAlive: true });
  let waiting = 0;
  setInterval(async () => {
    if (waiting >= waitingMax) return;
    waiting += 1;
    const sentAt = Date.now();
    const by = await ask(url, key, agent);
    waiting -= 1;
    print({ by, sentAt, at: Date.now() });
  }, everyMs);
};

const askKey = async (manager) => {
  const headers = { authorization: `Bearer ${process.env.BYWAY_TOKEN}` };
  const answer = await fetch(new URL('/v1/me', manager), { headers });
  print(await answer.json());
};

const [role, ...args] = process.argv.slice(2);
const roles = { service: serve, key: askKey, probe };
await roles[role](...args);
