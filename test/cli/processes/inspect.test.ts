import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../../support/until.ts';
import { cleanUp } from '../folder.ts';
import { endAll } from './process.ts';
import { startTwoApps, type TwoApps } from './two-apps.ts';

let apps: TwoApps;
beforeAll(async () => {
  apps = await startTwoApps(['--redact-header', 'x-customer', '--redact-json', '$.user.email']);
});
afterAll(async () => {
  await cleanUp();
  await endAll();
});

test('requests are listed, one is shown in full, and what is hidden is revealed on purpose', async () => {
  const { world, send, newest } = apps;
  await send('/echo?a=1&access_token=planted-token-1111', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: 'Bearer planted-token-2222',
      'x-customer': 'planted-customer-3333',
    },
    body: '{"user":{"email":"planted@example.com","name":"mia"},"n":12345678901234567890}',
  });
  const { id } = await newest();
  const list = await world.byway(['inspect']);
  expect(list.stdout).toContain(`${id} `);
  expect(list.stdout).toContain('POST   /echo?a=1&access_token=[redacted:ACCESS_TOKEN]');
  expect(list.stdout).toMatch(/200 .* you\n/);
  const shown = await world.byway(['inspect', id]);
  expect(shown.stdout).toContain('authorization: Bearer [redacted:AUTHORIZATION]');
  expect(shown.stdout).toContain('"email": "[redacted:EMAIL]"');
  expect(shown.stdout).toContain('"n": 12345678901234567890');
  expect(shown.stdout).toContain('x-customer: [redacted:X_CUSTOMER]');
  expect(shown.stdout).toMatch(/time +request body .* first byte .* whole answer/);
  expect(shown.stdout).not.toContain('planted');
  expect(shown.stdout).not.toContain(world.key);
  const revealed = await world.byway(['inspect', id, '--reveal', 'header:authorization']);
  expect(revealed.stdout).toContain('authorization: Bearer planted-token-2222');
  expect(revealed.stdout).not.toContain('planted-token-1111');
  expect(revealed.stdout).not.toContain('planted@example.com');
  const all = await world.byway(['inspect', `pricing/${id}`, '--reveal', 'all', '--json']);
  expect(JSON.parse(all.stdout)).toMatchObject({
    id,
    state: 'complete',
    servedBy: 'local',
    path: '/echo?a=1&access_token=planted-token-1111',
    redacted: [],
  });
});

test('an encoded answer is shown as it reads, and a large one as far as it was kept', async () => {
  const { world, send, newest } = apps;
  await send('/gzip');
  const packed = await world.byway(['inspect', (await newest()).id]);
  expect(packed.stdout).toContain('"packed": true');
  expect(packed.stdout).toMatch(/answer: \d+ bytes gzip/);
  await send('/large');
  const large = await world.byway(['inspect', (await newest()).id]);
  expect(large.stdout).toContain('answer: 614,400 bytes, the first 262,144 kept');
});

test('--follow goes on with what comes until the session ends, and Ctrl-C ends it', async () => {
  const { world, send } = apps;
  const following = world.startByway(['inspect', 'pricing', '--follow', '--last', '1']);
  await until(async () => {
    await send('/followed?password=planted-word');
    // The first line is of the list, before it follows.
    return following.stdout().split('/followed?password=[redacted:PASSWORD]').length > 2;
  }, 'the line');
  following.child.kill('SIGINT');
  expect(`${await following.ended} ${following.stderr()}`).toBe('130 ');
  expect(following.stdout()).not.toContain('planted');
});

test('what is not there is said, with what to type', async () => {
  const { world } = apps;
  const none = await world.byway(['inspect', 'rq_999999']);
  expect(none.code).toBe(3);
  expect(none.stderr).toContain('There is no request rq_999999, or no longer');
  const other = await world.byway(['inspect', 'pricng']);
  expect(other.code).toBe(3);
  expect(other.stderr).toContain('Did you mean pricing?');
  expect((await world.byway(['inspect', 'rq_1', '--reveal', 'everything'])).code).toBe(2);
  expect((await world.byway(['inspect', '--reveal', 'all'])).code).toBe(2);
  expect((await world.byway(['inspect', '--last', '0'])).code).toBe(2);
});

test('the same number in two sessions asks which, and NAME/rq_N says it', async () => {
  const { world, you, send } = apps;
  await send('/one');
  const session = world.startByway([
    ...['intercept', 'pricing', '--port', String(you.port), '--http-header', 'x-second=1'],
  ]);
  await session.says('ready in');
  await fetch(`http://127.0.0.1:${world.agentPort}/two`, { headers: { 'x-second': '1' } });
  const asked = await world.byway(['inspect', 'rq_1']);
  expect(asked.code).toBe(5);
  expect(asked.stderr).toContain('2 sessions have a request rq_1');
  const choices = asked.stderr.match(/ic_\w+\/rq_1/g) ?? [];
  const shown = await Promise.all(choices.map((one) => world.byway(['inspect', one, '--json'])));
  expect(shown.map(({ stdout }) => JSON.parse(stdout).path)).toContain('/two');
  session.child.kill('SIGINT');
  await session.ended;
  expect((await world.byway(['inspect', 'pricing/rq_1'])).code).toBe(0);
});
