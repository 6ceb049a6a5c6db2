import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cleanUp, newFolder } from '../folder.ts';
import { endAll, type Running } from './process.ts';
import { serveText, startWorld, unusedPort, type World } from './world.ts';

let world: World;
const sessions: Running[] = [];
beforeAll(async () => {
  world = await startWorld();
  const mia = { BYWAY_TOKEN: await newToken('mia') };
  const port = String(await serveText('laptop'));
  const general = ['--match', 'path.startsWith("/price")', '--priority', '7'];
  sessions.push(world.startByway(['intercept', 'pricing', '--port', port, ...general], mia));
  sessions.push(world.startByway(['intercept', 'pricing', '--port', port]));

  for (const session of sessions) await session.says('ready in');
}, 90_000);
afterAll(async () => {
  await endAll();
  await cleanUp();
});

const newToken = async (user: string): Promise<string> =>
  (await world.byway(['token', 'create', '--user', user])).stdout.trim();

const explain = (args: readonly string[], input?: string) =>
  world.byway(['explain', ...args], {}, input);

const lines = (text: string): readonly string[] => text.trimEnd().split('\n');

test('a command line of curl: which rule wins, predicate by predicate, and why', async () => {
  const { key } = world;
  const { code, stdout, stderr } = await explain([
    ...['--service', 'pricing', '--curl'],
    `curl shop/price/42 -H 'baggage: a=1, byway = ${key};p=1'`,
  ]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(lines(stdout)).toEqual([
    expect.stringMatching(/^ {2}pricing, rule 1 of 2 {3}your key {2,}MATCH$/),
    '    x-byway-id           absent',
    `    baggage byway        "${key.slice(0, 4)}…${key.slice(-3)}"  (2nd of 2 members, property p ignored)`,
    '  pricing, rule 2 of 2   mia: path starts with "/price", priority 7  passed over',
    "    because it carries another user's key, which a general rule leaves alone",
    '→ goes to you',
  ]);
  expect(stdout).not.toContain(key);
  for (const line of lines(stdout)) expect([...line].length).toBeLessThanOrEqual(80);
  expect(await world.ask('/price/42', key)).toContain('laptop');
});

test('a recorded request is explained by the rules of the service that it reached', async () => {
  await world.ask('/price/recorded?token=planted-word', world.key);
  const list = await world.byway(['inspect', '--json']);
  const id = /"id":"(rq_\d+)"[^{}]*recorded/.exec(list.stdout)?.[1] ?? 'none';
  const { code, stdout, stderr } = await explain([id]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(lines(stdout)[0]).toMatch(/^ {2}pricing, rule 1 of 2 {3}your key {2,}MATCH$/);
  expect(stdout).toContain('→ goes to you');
  expect(stdout).not.toContain(world.key);
  expect(stdout).not.toContain('planted');
  const offline = await explain([`pricing/${id}`, '--http-path-prefix', '/cart']);
  expect(offline.stdout).toContain('path');
  expect(await explain(['rq_999999'])).toMatchObject({ code: 3 });
});

test('without a key the other rule takes it; elsewhere the pod answers, and why', async () => {
  const taken = await explain(['GET', 'pricing/price/42']);
  expect(taken).toMatchObject({ code: 0 });
  expect(taken.stdout).toContain('→ goes to mia');
  expect(taken.stdout).toContain('neither x-byway-id nor baggage byway is there');
  const passed = await explain([
    'http://pricing/cart',
    '-H',
    `x-byway-id: ${world.key.toUpperCase()}`,
  ]);
  expect(passed.stdout).toContain('the key has capital letters; keys have none');
  expect(passed.stdout).toContain('no   path starts with "/price"   has "/cart"');
  expect(passed.stdout).toContain('→ the pod answers');
});

test('HAR, raw and standard input are read; --json is the answer of the manager', async () => {
  const folder = await newFolder();
  const har = join(folder, 'shop.har');
  const entry = { request: { method: 'GET', url: 'http://pricing/price/1', headers: [] } };
  await writeFile(har, JSON.stringify({ log: { version: '1.2', entries: [entry, entry] } }));
  const chosen = await explain(['--har', har, '--entry', '2', '--json']);
  expect(JSON.parse(chosen.stdout)).toMatchObject({
    by: 'host',
    isProbe: false,
    ports: [{ workload: { name: 'pricing' }, rules: [{ own: true }, { owner: 'mia' }] }],
  });
  const open = await explain(['--har', har]);
  expect(open.code).toBe(2);
  expect(open.stderr).toContain('--entry 2   GET http://pricing/price/1');
  const raw = `GET /price HTTP/1.1\nHost: pricing\nX-Byway-Id: ${world.key}\n`;
  expect((await explain(['--raw', '-'], raw)).stdout).toContain('→ goes to you');
  const file = join(folder, 'request');
  await writeFile(file, raw.replaceAll('\n', '\r\n'));
  expect((await explain(['--raw', file])).stdout).toContain('→ goes to you');
});

test('one rule that flags give is asked offline, without a manager', async () => {
  const nowhere = { BYWAY_MANAGER: `http://127.0.0.1:${await unusedPort()}`, BYWAY_TOKEN: '' };
  const offline = (args: readonly string[]) => world.byway(['explain', ...args], nowhere);
  const curl = ['--curl', "curl shop/price -H 'x-tenant: acme'"];
  const taken = await offline([...curl, '--http-header', 'x-tenant=acme']);
  expect(taken).toMatchObject({ code: 0, stderr: '' });
  expect(taken.stdout).toContain('→ the rule takes it');
  const missed = await offline([...curl, '--http-header', 'x-tenant=Acme', '--json']);
  expect(missed.code).toBe(0);
  expect(JSON.parse(missed.stdout)).toMatchObject({
    matches: false,
    rule: 'requests whose header x-tenant is "Acme"',
    predicates: [{ met: false, reasons: [{ code: 'wrong_case' }] }],
  });
  const literal = await offline([...curl, '--http-header', 'x-tenant=ac.*']);
  expect(literal.stdout).toMatch(/for a regular expression use\s+matches/);
  expect((await offline([...curl, '--http-header'])).code).toBe(4);
});

test('a rule on the key asks only who you are', async () => {
  const args = ['GET', '/api/x', '-H', `x-byway-id: ${world.key}`, '--http-path-prefix', '/api'];
  const { code, stdout } = await explain(args);
  expect(code).toBe(0);
  expect(stdout).toContain('→ the rule takes it');
  expect(stdout).not.toContain(world.key);
});

test.each([
  [[], 'Which request?'],
  [['--curl', 'curl a', 'GET', '/'], 'One request at a time'],
  [['--curl', 'curl http://a --frob'], '--frob is no flag of curl'],
  [['--curl', "curl http://a -H 'x: 1"], "A ' is never closed."],
  [['--curl', 'curl http://a -H @file'], 'takes headers from a file'],
  [['--har', '/nowhere.har'], "--har /nowhere.har can't be read"],
  [['--entry', '2', 'GET', '/'], '--entry is for --har'],
  [['GET', '/', '-H', 'nonsense'], 'it has no colon'],
  [['GET', '/', '-H', 'a b: 1'], 'Its header a b'],
  [['GE T', '/'], 'Its method'],
  [['rq_7', '-H', 'a: b'], 'rq_7 has its own headers'],
])('%j is a usage error with words', async (args, message) => {
  const { code, stderr } = await explain(args);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
});

test('a service that is not there is 3', async () => {
  const { code, stderr } = await explain(['GET', '/', '--service', 'pricng']);
  expect(code).toBe(3);
  expect(stderr).toContain('Did you mean pricing?');
});
