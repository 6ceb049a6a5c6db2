import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exitCodes } from '../../../src/base/exit-codes.ts';
import { cleanUp } from '../folder.ts';
import { endAll } from './process.ts';
import { serveText, startWorld, unusedPort, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
}, 90_000);
afterAll(async () => {
  await world.byway(['leave', '--all']);
  await endAll();
  await cleanUp();
});

/** How a shell gets each of them. */
const ways: Readonly<Record<number, () => Promise<number | string>>> = {
  0: async () => (await world.byway(['list'])).code,
  1: async () => {
    const taken = String(await serveText('taken'));
    return (await world.byway(['intercept', 'pricing', '-p', taken, '--', 'node'])).code;
  },
  2: async () => (await world.byway(['intercept', 'pricing'])).code,
  3: async () => (await world.byway(['leave', 'nothing'])).code,
  4: async () => (await world.byway(['list'], { BYWAY_TOKEN: 'unknown' })).code,
  5: async () => {
    const port = String(await serveText('mine'));
    await world.byway(['intercept', 'pricing', '--port', port, '--detach']);
    const { code } = await world.byway(['intercept', 'pricing', '--port', port]);
    await world.byway(['leave', '--all']);
    return code;
  },
  6: async () => {
    const nowhere = { BYWAY_MANAGER: `http://127.0.0.1:${await unusedPort()}` };
    return (await world.byway(['list'], nowhere)).code;
  },
  7: async () => (await world.byway(['wait', '--within', '1s'])).code,
  8: async () => {
    const port = String(await serveText('mine'));
    await world.byway(['intercept', 'pricing', '--port', port, '--detach']);
    const { code } = await world.byway(['assert', 'pricing', '--path', '/never']);
    await world.byway(['leave', '--all']);
    return code;
  },
  9: async () =>
    (await world.byway(['intercept', 'pricing', '--port', '1', '--http-header', 'all'])).code,
  130: async () => {
    const port = String(await serveText('mine'));
    const session = world.startByway(['intercept', 'pricing', '--port', port]);
    await session.says('ready in');
    session.child.kill('SIGINT');
    return await session.ended;
  },
};

test.each(Object.keys(ways).map(Number))('%i is what a shell gets', async (code) => {
  expect(await ways[code]?.()).toBe(code);
});

test('no code is left out, here or in the documents', async () => {
  expect(Object.keys(ways).map(Number)).toEqual(Object.values(exitCodes).sort((a, b) => a - b));
  const text = await readFile(new URL('../../../docs/command-line.md', import.meta.url), 'utf8');
  const documented = [...text.matchAll(/^\| (\d+) +\|/gm)].map(([, code]) => Number(code));
  expect(documented).toEqual(Object.values(exitCodes).sort((a, b) => a - b));
});

test.each([
  ['its own code', ['sh', '-c', 'exit 17'], 17],
  ['128 and its signal', ['sh', '-c', 'kill -9 $$'], 137],
  ['127 where there is none', ['no-such-program'], 127],
])('of a command after --: %s', async (_, command, code) => {
  expect((await world.byway(['intercept', 'pricing', '--', ...command])).code).toBe(code);
});
