import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { cleanUp } from '../folder.ts';
import { endAll, type Running } from './process.ts';
import { serveText, startWorld, type World } from './world.ts';

let world: World;
const sessions: Running[] = [];
beforeAll(async () => {
  world = await startWorld();
});
afterEach(async () => {
  await world.byway(['leave', '--all']);
  for (const session of sessions.splice(0)) await session.ended;
});
afterAll(async () => {
  await endAll();
  await cleanUp();
});

const intercept = async (...args: readonly string[]): Promise<Running> => {
  const port = await serveText('laptop');
  const session = world.startByway(['intercept', 'pricing', '--port', String(port), ...args]);
  sessions.push(session);
  await session.says(/ready in|"event":"ready"/);
  return session;
};

const answer = async (): Promise<string> => {
  const reply = await fetch(`http://127.0.0.1:${world.agentPort}/p`, {
    headers: { 'x-byway-id': world.key },
  });
  return `${await reply.text()}   ${reply.headers.get('x-byway-served-by')}`;
};

test('a pause gives all traffic to the pod at once, a resume brings it back', async () => {
  const session = await intercept();
  expect(await answer()).toMatch(/^laptop GET \/p {3}pricing@/);
  const paused = await world.byway(['pause', 'pricing']);
  expect(paused).toMatchObject({ code: 0, stdout: '' });
  expect(paused.stderr).toBe(
    'pricing is paused: the pod answers everything.   byway resume pricing\n',
  );
  expect(await answer()).toBe('pod GET /p   pod; reason=paused');
  await session.says(/▲ Paused by .*\. The pod answers your requests\. {3}byway resume pricing/);
  expect((await world.byway(['status'])).stdout).toMatch(/pricing → localhost:\d+ {3}‖ paused by /);
  expect((await world.byway(['list'])).stdout).toMatch(/paused/);
  const again = await world.byway(['pause', 'pricing']);
  expect(again).toMatchObject({ code: 0, stderr: expect.stringContaining('paused already') });
  const resumed = await world.byway(['resume', 'pricing']);
  expect(resumed.stderr).toBe('pricing is resumed: requests that match come to you again.\n');
  expect(await answer()).toMatch(/^laptop GET \/p {3}pricing@/);
  await session.says('Resumed. You serve again.');
  const twice = await world.byway(['resume', 'pricing']);
  expect(twice).toMatchObject({ code: 0, stderr: expect.stringContaining('was not paused') });
  expect((await world.byway(['status', '--json'])).stdout).toContain('"passed":{"paused":1}');
});

test('programs are told of a pause and a resume as events', async () => {
  const session = await intercept('--json');
  const paused = await world.byway(['pause', '--all', '--json']);
  expect(JSON.parse(paused.stdout)).toMatchObject({ intercepts: [{ state: 'paused' }] });
  await session.says(/\{"event":"paused","by":"[^"]+"\}/);
  await world.byway(['resume', '--all']);
  await session.says('{"event":"resumed"}');
});

test('the end is announced with the command that puts it off, which it does', async () => {
  const session = await intercept('--for', '302s');
  await session.says(/▲ Ends in 5 m, at \d\d:\d\d\. {3}byway extend pricing --for 45m/);
  const extended = await world.byway(['extend', 'pricing']);
  expect(extended).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/^pricing goes on until .*\d\d:\d\d\.\n$/),
  });
  await session.says(/It goes on until .*\d\d:\d\d\./);
  const shorter = await world.byway(['extend', 'pricing', '--for', '1m']);
  expect(shorter).toMatchObject({ code: 0, stderr: expect.stringContaining('already') });
});

test('programs are told of the end that is near, and of its being put off', async () => {
  const session = await intercept('--for', '302s', '--json');
  await session.says(/\{"event":"ending","until":"\d{4}-[^"]+Z","leftSeconds":(300|29\d)\}/);
  const extended = await world.byway(['extend', 'pricing', '--for', '2h', '--json']);
  const { intercepts } = JSON.parse(extended.stdout);
  await session.says(`{"event":"extended","until":"${intercepts[0].expiresAt}"}`);
});

test('what has no end, is too long or unknown is said in words', async () => {
  await intercept();
  const open = await world.byway(['extend', 'pricing']);
  expect(open).toMatchObject({ code: 0, stderr: expect.stringContaining('no end') });
  const long = await world.byway(['extend', 'pricing', '--for', '2d']);
  expect(long).toMatchObject({ code: 2, stderr: expect.stringContaining('at most 1d') });
  const unknown = await world.byway(['pause', 'pricng']);
  expect(unknown.code).toBe(3);
  expect(unknown.stderr).toContain('Did you mean pricing?   byway pause pricing');
  expect((await world.byway(['resume'])).code).toBe(2);
  expect((await world.byway(['extend', 'pricing', '--all'])).code).toBe(2);
});
