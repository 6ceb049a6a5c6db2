import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { cleanUp, newFolder } from '../folder.ts';
import { endAll, type Running } from './process.ts';
import { askRaw, serveText, startWorld, type World } from './world.ts';

let world: World;
let key: string;
const sessions: Running[] = [];
beforeAll(async () => {
  world = await startWorld();
});
afterEach(async () => {
  for (const session of sessions.splice(0)) {
    session.child.kill('SIGKILL');
    await session.ended;
  }
  await world.byway(['leave', '--all']);
});
afterAll(async () => {
  await endAll();
  await cleanUp();
});

/** A pipeline's intercept of pricing that is ready. */
const begin = async (more: NodeJS.ProcessEnv = {}): Promise<Running> => {
  const port = await serveText('laptop');
  const keyFile = join(await newFolder(), 'key');
  const session = world.startByway(
    ['intercept', 'pricing', '--ci', '--port', String(port), '--key-file', keyFile],
    more,
  );
  sessions.push(session);
  await session.says('ready in');
  key = (await readFile(keyFile, 'utf8')).trim();
  return session;
};

test('what came is enough: exit 0, a sentence, and a report', async () => {
  await begin();
  const report = join(await newFolder(), 'reports', 'byway.xml');
  await world.ask('/x', key);
  await world.ask('/y', key);
  const args = ['assert', 'pricing', '--path', '/x', '--status', '2xx', '--junit', report];
  const ended = await world.byway(args);
  expect(ended).toMatchObject({ code: 0, stdout: '' });
  expect(ended.stderr).toBe(
    '✓ pricing: at least 1 request where path = "/x" and status is 2xx. 1 such request arrived: GET /x 200.\n1 other arrived: GET /y 200.\n',
  );
  expect(await readFile(report, 'utf8')).toContain('tests="1" failures="0" errors="0"');
  const json = JSON.parse((await world.byway(['assert', '--json', '--min', '2'])).stdout);
  expect(json).toMatchObject({ passed: true, counts: { matched: 2, others: 0 } });
});

test('what came is not enough: exit 8, what did arrive, and a report', async () => {
  await begin();
  const report = join(await newFolder(), 'byway.xml');
  await askRaw(world.agentPort, '/y?<script>', key);
  await world.ask('/z', key);
  const ended = await world.byway(['assert', '--path', '/x', '--junit', report, '--json']);
  expect(ended.code).toBe(8);
  expect(ended.stderr).toBe(
    '✗ pricing: wanted at least 1 request where path = "/x".\n  0 such requests arrived.\n  2 others arrived: GET /y?<script> 200, GET /z 200.\n',
  );
  expect(JSON.parse(ended.stdout)).toMatchObject({
    passed: false,
    intercept: 'pricing',
    wanted: 'at least 1 request where path = "/x"',
    counts: { matched: 0, others: 2, passed: 0, forgotten: 0 },
    others: [{ method: 'GET', path: '/y?<script>', status: 200 }, { path: '/z' }],
  });
  expect(await readFile(report, 'utf8')).toContain('GET /y?&lt;script&gt; 200');
});

test('--within waits for what is still to come', async () => {
  await begin();
  const assertion = world.startByway([
    'assert',
    '--min',
    '2',
    '--path',
    '/late',
    '--within',
    '30s',
  ]);
  await world.ask('/late', key);
  expect(assertion.child.exitCode).toBeNull();
  await world.ask('/late', key);
  expect(await assertion.ended).toBe(0);
});

test('--max is judged at the end of its time, and at once when it is passed', async () => {
  await begin();
  const none = ['assert', '--max', '0', '--path-prefix', '/admin', '--within'];
  expect((await world.byway([...none, '1s'])).code).toBe(0);
  await world.ask('/admin/x', key);
  const late = await world.byway([...none, '1h']);
  expect(late.code).toBe(8);
  expect(late.stderr).toContain('wanted no requests where path starts with "/admin"');
});

test('a header of the request is asserted, and never printed', async () => {
  await begin();
  await fetch(`http://127.0.0.1:${world.agentPort}/h`, {
    headers: { 'x-byway-id': key, authorization: 'Bearer secret-4711' },
  });
  expect((await world.byway(['assert', '--header', 'authorization~Bearer .*'])).code).toBe(0);
  const wrong = await world.byway(['assert', '--header', 'authorization=Basic x', '--json']);
  expect(wrong.code).toBe(8);
  expect(wrong.stdout + wrong.stderr).not.toContain('secret-4711');
});

test('none of them had the key: the sentence says where to look', async () => {
  await begin();
  await world.ask('/x');
  await world.ask('/x', 'a'.repeat(26));
  const ended = await world.byway(['assert', '--path', '/x', '--within', '3s']);
  expect(ended.code).toBe(8);
  expect(ended.stderr).toContain(
    '2 requests reached the service meanwhile, and none matched your rule.',
  );
  expect(ended.stderr).toContain('Does a service on the way drop the key?');
});

test('in GitHub Actions a failure is an annotation, and the others are folded away', async () => {
  await begin();
  await askRaw(world.agentPort, '/##[x]', key);
  const ended = await world.byway(['assert', '--path', '/x'], { GITHUB_ACTIONS: 'true' });
  expect(ended.code).toBe(8);
  expect(ended.stderr).toContain(
    '::group::Other requests at pricing\n  GET /# #[x] 200\n::endgroup::\n',
  );
  expect(ended.stderr).toMatch(
    /^::error title=byway assert::pricing: wanted .*%0A.*GET \/# #\[x\] 200/m,
  );
  expect(ended.stderr).not.toContain('##[');
});

test('without an intercept it is 3, and the report says that it could not be judged', async () => {
  const report = join(await newFolder(), 'byway.xml');
  const ended = await world.byway(['assert', 'pricing', '--junit', report]);
  expect(ended.code).toBe(3);
  expect(ended.stderr).toContain('No intercept called "pricing" runs on this machine.');
  expect(await readFile(report, 'utf8')).toContain('failures="0" errors="1"');
  await begin();
  const near = await world.byway(['assert', 'prcing']);
  expect(near).toMatchObject({ code: 3 });
  expect(near.stderr).toContain('Did you mean pricing?   byway assert pricing');
});

test('a report that can’t be written is an error, not a pass', async () => {
  await begin();
  await world.ask('/x', key);
  const file = join(await newFolder(), 'file');
  await writeFile(file, '');
  const ended = await world.byway(['assert', '--path', '/x', '--junit', join(file, 'x.xml')]);
  expect(ended.code).toBe(1);
  await rm(file);
});

test('of two runs here, BYWAY_RUN says which one is meant', async () => {
  await begin({ BYWAY_RUN: 'one' });
  await world.ask('/one', key);
  await begin({ BYWAY_RUN: 'two' });
  expect((await world.byway(['assert', '--path', '/one'])).code).toBe(2);
  expect((await world.byway(['assert', '--path', '/one'], { BYWAY_RUN: 'one' })).code).toBe(0);
  expect((await world.byway(['assert', '--path', '/one'], { BYWAY_RUN: 'two' })).code).toBe(8);
});

test('wait: for an intercept that is yet to come, and for requests', async () => {
  const waiting = world.startByway(['wait', 'pricing', '--within', '30s', '--json']);
  await begin();
  expect(await waiting.ended).toBe(0);
  expect(JSON.parse(waiting.stdout())).toEqual({
    intercept: 'pricing',
    waitedFor: 'ready',
    ms: expect.any(Number),
  });
  const two = world.startByway(['wait', '--for', 'requests=2', '--within', '30s']);
  await world.ask('/1', key);
  await world.ask('/2', key);
  expect(await two.ended).toBe(0);
  expect(two.stderr()).toMatch(/^pricing has had 2 requests, after /);
});

test('wait: 7 when the time is over, with how it is', async () => {
  const none = await world.byway(['wait', 'pricing', '--within', '1s']);
  expect(none.code).toBe(7);
  expect(none.stderr).toContain('No intercept called "pricing" runs on this machine.');
  await begin();
  const few = await world.byway(['wait', '--for', 'requests=9', '--within', '1s']);
  expect(few.code).toBe(7);
  expect(few.stderr).toContain('✗ pricing had not 9 requests within 1 s. 0 came so far.');
  await world.byway(['pause', 'pricing']);
  const paused = await world.byway(['wait', '--within', '0s']);
  expect(paused).toMatchObject({ code: 7 });
  expect(paused.stderr).toContain('It is paused.');
  expect((await world.byway(['wait', '--for', 'lunch'])).code).toBe(2);
});
