import { readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { editRequest } from '../../../src/cli/replay/edit.ts';
import { findSources } from '../../../src/cli/requests/sources.ts';
import { cleanUp, newFolder } from '../folder.ts';
import { endAll } from './process.ts';
import { startTwoApps, type TwoApps } from './two-apps.ts';

let apps: TwoApps;
beforeAll(async () => {
  apps = await startTwoApps();
});
afterAll(async () => {
  await cleanUp();
  await endAll();
});

const recorded = async (path: string, init?: RequestInit): Promise<string> => {
  await apps.send(path, init);
  return (await apps.newest()).id;
};

test('a request is sent again to the local port, with its real values', async () => {
  const { world, you } = apps;
  const id = await recorded('/echo?token=planted-1111', {
    method: 'POST',
    headers: { authorization: 'Bearer planted-2222', 'content-type': 'text/plain' },
    body: 'planted body',
  });
  const before = you.asked.at(-1);
  const replayed = await world.byway(['replay', id]);
  expect(replayed.code, replayed.stderr).toBe(0);
  const again = you.asked.at(-1);
  expect(again).not.toBe(before);
  expect(again).toMatchObject({
    method: 'POST',
    url: '/echo?token=planted-1111',
    body: 'planted body',
  });
  expect(again?.headers['authorization']).toBe('Bearer planted-2222');
  expect(again?.headers['x-byway-id']).toBe(world.key);
  expect(replayed.stdout).toContain('HTTP/1.1 200 OK');
  expect(replayed.stderr).toContain(`again ${id}`);
  expect(replayed.stderr).toMatch(/first byte .* whole answer/);
  expect(replayed.stdout + replayed.stderr).not.toMatch(/planted-[12]/);
});

test('against the cluster the original pod answers, and only safe methods go there', async () => {
  const { world, pod, you } = apps;
  const id = await recorded('/price?x=1');
  const yours = you.asked.length;
  const replayed = await world.byway(['replay', id, '--against', 'cluster', '--json']);
  expect(replayed.code, replayed.stderr).toBe(0);
  const view = JSON.parse(replayed.stdout);
  expect(view).toMatchObject({ servedBy: 'pod', status: 200, replayOf: id, state: 'complete' });
  expect(JSON.parse(view.response.body.text)).toMatchObject({ price: 19.9 });
  expect(you.asked.length).toBe(yours);
  const post = await recorded('/order', { method: 'POST', body: 'one' });
  const asked = pod.asked.length;
  const refused = await world.byway(['replay', post, '--against', 'cluster']);
  expect(refused.code).toBe(9);
  expect(refused.stderr).toContain('POST may change something in the cluster');
  expect(pod.asked.length).toBe(asked);
  const meant = await world.byway(['replay', post, '--against', 'cluster', '--unsafe']);
  expect(meant.code, meant.stderr).toBe(0);
  expect(pod.asked.at(-1)).toMatchObject({ method: 'POST', url: '/order', body: 'one' });
});

test('--repeat sends it so many times and sums up', async () => {
  const { world, you } = apps;
  const id = await recorded('/again');
  const before = you.asked.length;
  const replayed = await world.byway(['replay', id, '--repeat', '5']);
  expect(you.asked.length).toBe(before + 5);
  expect(replayed.stdout).toMatch(/5 times +200 × 5 +first byte: fastest .* slowest/);
  expect((await world.byway(['replay', id, '--repeat', '101'])).code).toBe(2);
});

test('what can not be sent again says why, and sends nothing', async () => {
  const { world, you } = apps;
  const id = await recorded('/upload', { method: 'POST', body: 'x'.repeat(300 * 1024) });
  const before = you.asked.length;
  const replayed = await world.byway(['replay', id]);
  expect(replayed.code).toBe(1);
  expect(replayed.stderr).toContain('has 307200 bytes, of which 262144 were kept');
  expect(you.asked.length).toBe(before);
  expect((await world.byway(['replay', 'rq_x'])).code).toBe(2);
  expect((await world.byway(['replay', 'rq_77777'])).code).toBe(3);
  expect((await world.byway(['replay', id, '--edit'])).code).toBe(2);
});

test('the editor gets no secret, what it saves is sent, and unchanged sends nothing', async () => {
  const { world, you } = apps;
  const id = await recorded('/echo?a=1', {
    method: 'PUT',
    headers: { authorization: 'Bearer planted-3333', 'content-type': 'application/json' },
    body: '{"count":1,"pin":4711}',
  });
  const folder = await newFolder();
  const seen = join(folder, 'seen');
  const editor = join(folder, 'editor.js');
  await writeFile(
    editor,
    `const { readFileSync, writeFileSync } = require('node:fs');
     const text = readFileSync(process.argv[2], 'utf8');
     writeFileSync(${JSON.stringify(seen)}, text);
     writeFileSync(process.argv[2], text.replace('"count":1', '"count":22').replace('a=1', 'a=2'));`,
  );
  const left = async () =>
    (await readdir(tmpdir())).filter((name) => name.startsWith('byway-edit-'));
  const before = await left();
  const view = JSON.parse((await world.byway(['inspect', id, '--json'])).stdout);
  const edited = await editRequest(
    { ...world.environment, EDITOR: `"${process.execPath}" "${editor}"` },
    view,
  );
  expect(edited).toMatchObject({ method: 'PUT', path: '/echo?a=2' });
  const io = { say: () => {}, warn: () => {} } as never;
  const [source] = await findSources({ io, environment: world.environment }, 'pricing');
  await source?.exchanges.replay(id, { against: 'local', unsafe: false, edited });
  expect(you.asked.at(-1)).toMatchObject({
    method: 'PUT',
    url: '/echo?a=2',
    body: '{"count":22,"pin":4711}',
  });
  expect(you.asked.at(-1)?.headers).toMatchObject({
    authorization: 'Bearer planted-3333',
    'content-length': '23',
  });
  const text = await readFile(seen, 'utf8');
  expect(text).toContain('authorization: Bearer [redacted:AUTHORIZATION]');
  expect(text).toContain('"pin":"[redacted:PIN]"');
  expect(text).not.toContain('planted');
  const unchanged = await editRequest({ ...world.environment, EDITOR: 'true' }, view);
  expect(unchanged).toBeUndefined();
  await expect(editRequest({ ...world.environment, EDITOR: 'false' }, view)).rejects.toThrow(
    'Nothing was sent',
  );
  expect(await left()).toEqual(before);
});

test('diff compares both sides: 0 when they are the same, 8 when not', async () => {
  const { world } = apps;
  const price = await recorded('/price');
  const different = await world.byway(['diff', price]);
  expect(different.code, different.stderr).toBe(8);
  expect(different.stdout).toContain('  $.price\n-   19.9\n+   17.91');
  expect(different.stdout).toContain('  header x-side\n-   pod\n+   you');
  const ignoring = ['--ignore', 'json:$.price', '--ignore', 'header:x-side'];
  expect((await world.byway(['diff', price, ...ignoring])).code).toBe(0);
  const same = await world.byway(['diff', await recorded('/same?a=1'), '--json']);
  expect(same.code, same.stderr).toBe(0);
  expect(JSON.parse(same.stdout)).toMatchObject({ same: true, differences: [], count: 0 });
  const post = await recorded('/same', { method: 'POST' });
  expect((await world.byway(['diff', post])).code).toBe(9);
  expect((await world.byway(['diff', post, '--unsafe'])).code).toBe(0);
  expect((await world.byway(['diff', price, '--ignore', 'x'])).code).toBe(2);
});

test('after the intercept is over nothing of it is left to send', async () => {
  const { world } = apps;
  const id = await recorded('/last');
  await world.byway(['leave', 'pricing']);
  const replayed = await world.byway(['replay', id]);
  expect(replayed.code).toBe(3);
  expect(replayed.stderr).toContain('No session runs on this machine');
});
