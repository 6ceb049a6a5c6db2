import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { cleanUp, newFolder } from '../folder.ts';
import { endAll, type Running } from './process.ts';
import { serveText, startWorld, type World } from './world.ts';

let world: World;
let mia: NodeJS.ProcessEnv;
let ben: NodeJS.ProcessEnv;
let port: string;
const sessions: Running[] = [];

beforeAll(async () => {
  world = await startWorld();
  port = String(await serveText('laptop'));
  const user = async (name: string): Promise<NodeJS.ProcessEnv> => ({
    BYWAY_TOKEN: (await world.byway(['token', 'create', '--user', name])).stdout.trim(),
    BYWAY_CONFIG_DIR: await newFolder(),
  });
  [mia, ben] = [await user('mia'), await user('ben')];
}, 90_000);
afterEach(async () => {
  for (const session of sessions.splice(0)) {
    session.child.kill('SIGINT');
    await session.ended;
  }
});
afterAll(async () => {
  await endAll();
  await cleanUp();
});

const intercept = (args: readonly string[], who: NodeJS.ProcessEnv): Running => {
  const session = world.startByway(['intercept', 'pricing', '--port', port, ...args], who);
  sessions.push(session);
  return session;
};

const price = ['--match', 'path.startsWith("/price")'];
const tenant = ['--http-header', 'x-tenant=acme'];

const listed = async (): Promise<readonly { readonly id: string; readonly owner: string }[]> =>
  JSON.parse((await world.byway(['list', '--all', '--json'])).stdout).intercepts;

test('the conflict says both rules, an example and every way out; a dry run creates nothing', async () => {
  const theirs = intercept([...price, '--for', '1h'], mia);
  await theirs.says('ready in');
  const before = await listed();
  const args = ['intercept', 'pricing', '--port', '4000', ...tenant];
  const refused = await world.byway([...args, '--dry-run'], ben);
  expect(refused.code).toBe(5);
  expect(refused.stderr.split('\n')).toEqual([
    "✗ Your rule and one of mia's match the same requests, so nothing was changed.",
    '  Yours   header x-tenant = "acme"',
    expect.stringMatching(/^ {2}Mia's {3}path starts with "\/price" {3}until .*\d\d:\d\d$/),
    '  Both match, for example   GET /price   x-tenant: acme',
    '  Keep apart   byway intercept pricing --port 4000 \\',
    `        --match 'header("x-tenant") == "acme" and not path.startsWith("/price")'`,
    '  Replace      byway intercept pricing --port 4000 \\',
    '                 --http-header x-tenant=acme --take-over   (mia is told)',
    '  Or use your key, which never conflicts: leave out --http-header.',
    '',
  ]);
  const json = await world.byway([...args, '--dry-run', '--json'], ben);
  expect(json.code).toBe(5);
  expect(JSON.parse(json.stdout)).toMatchObject({
    dryRun: true,
    wouldBeCreated: false,
    conflict: {
      owner: 'mia',
      witness: ['x-tenant: acme', 'path: /price'],
      change: 'header("x-tenant") == "acme" and not path.startsWith("/price")',
    },
  });
  const free = await world.byway(['intercept', 'pricing', '--dry-run'], ben);
  expect(free.code).toBe(0);
  expect(free.stderr).toContain('Would be created. Nothing was changed.');
  expect(free.stderr).toMatch(/pricing, port \d+: requests with your key would go to you\./);
  const over = await world.byway([...args, '--dry-run', '--take-over'], ben);
  expect(over.code).toBe(0);
  expect(over.stderr).toContain("mia's would end: path starts with");
  expect(await listed()).toEqual(before);
});

test('the loser is told at once: by their session with what to type, and by status', async () => {
  const lost = intercept([...price, '--json'], mia);
  await lost.says('"event":"ready"');
  const winner = intercept([...tenant, '--take-over'], ben);
  await winner.says('ready in');
  expect(winner.stderr()).toContain(
    'Took over pricing from mia (path starts with "/price"). mia is told.',
  );
  expect(await lost.ended).toBe(5);
  const last = JSON.parse(lost.stdout().trim().split('\n').at(-1) ?? '');
  expect(last).toMatchObject({
    event: 'ended',
    reason: 'taken_over',
    by: 'ben',
    successor: { match: { all: [{ header: 'x-tenant', equals: 'acme' }] } },
  });
  const status = await world.byway(['status'], mia);
  expect(status.stdout).toMatch(/▲ ben took over pricing at .*\d\d:\d\d; your intercept ended\./);
  const json = JSON.parse((await world.byway(['status', '--json'], mia)).stdout);
  expect(json.takenOver).toMatchObject([{ by: 'ben', workload: 'default/process/pricing' }]);
  // And back again, this time seen by a person.
  const back = intercept([...price, '--take-over', '--priority', '3'], mia);
  await back.says('ready in');
  expect(await winner.ended).toBe(5);
  expect(winner.stderr()).toContain(
    [
      '▲ mia took over pricing (path starts with "/price"); your intercept ended.',
      '  What that matches goes to mia now, everything else to the pod.',
      `  With your key nobody is in the way   byway intercept pricing --port ${port}`,
      `  Take it back   byway intercept pricing --port ${port} --http-header x-tenant=acme --take-over`,
    ].join('\n'),
  );
  expect((await world.byway(['status'], mia)).stdout).not.toContain('took over');
  expect((await world.byway(['status', 'pricing'], mia)).stdout).toContain('order   priority 3');
  expect((await world.byway(['list', '--all'])).stdout).toContain('"/price", priority 3');
  expect(await world.ask('/price/1')).toContain('laptop');
}, 90_000);

test('of two who take over at once one wins, and the other gets a conflict', async () => {
  const theirs = intercept(price, mia);
  await theirs.says('ready in');
  const rivals = [
    intercept([...tenant, '--take-over'], ben),
    intercept([...tenant, '--take-over'], {}),
  ];
  await theirs.ended;
  const settled = await Promise.race(
    rivals.map(async (rival) => ({ rival, code: await rival.ended })),
  );
  expect(settled.code).toBe(5);
  expect(await listed()).toHaveLength(1);
});

test('a manager that is killed in the middle has one of the two when it is back', async () => {
  const theirs = intercept(price, mia);
  await theirs.says('ready in');
  const [old] = await listed();
  intercept([...tenant, '--take-over'], ben);
  world.manager().child.kill('SIGKILL');
  await world.restartManager();
  await expect.poll(async () => (await listed()).length, { timeout: 20_000 }).toBe(1);
  const [left] = await listed();
  expect(['mia', 'ben']).toContain(left?.owner);
  if (left?.owner === 'mia') expect(left.id).toBe(old?.id);
});
