import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startInTerminal } from '../../../scripts/pictures/pseudo-terminal.js';
import { cleanUp, newFolder } from '../folder.ts';
import { endAll, programPath, run } from './process.ts';
import { serveText, startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(async () => {
  await endAll();
  await cleanUp();
});

const hook = `
  import { appendFileSync } from 'node:fs';
  let file;
  export const initialize = (path) => { file = path; };
  export const load = (url, context, next) => {
    appendFileSync(file, url + '\\n');
    return next(url, context);
  };`;

const asModule = (text: string): string => `data:text/javascript,${encodeURIComponent(text)}`;

/** Arguments of Node that write the address of each module it loads into a file. */
const tracingTo = (file: string): readonly string[] => [
  '--import',
  asModule(
    `import { register } from 'node:module';
     register(${JSON.stringify(asModule(hook))}, { data: ${JSON.stringify(file)} });`,
  ),
];

const packagesIn = async (file: string): Promise<ReadonlySet<string>> => {
  const urls = (await readFile(file, 'utf8')).split('\n');
  const names = urls.flatMap(
    (url) => /\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1] ?? [],
  );
  return new Set(names);
};

test.each([
  ['list --json', ['list', '--json']],
  ['list', ['list']],
  ['status --json', ['status', '--json']],
  ['status outside a terminal', ['status']],
  ['whoami', ['whoami']],
  ['--help', ['--help']],
  ['an intercept that fails', ['intercept', 'pricng', '--port', '4000']],
])('%s loads nothing that draws', async (_, args) => {
  const file = join(await newFolder(), 'modules');
  await run('byway', args, { environment: world.environment, node: tracingTo(file) });
  const packages = await packagesIn(file);
  expect([...packages]).toContain('commander');
  expect(
    [...packages].filter((name) => /^(ink|react|react-reconciler|yoga-layout)$/.test(name)),
  ).toEqual([]);
});

test.skipIf(process.platform !== 'linux')(
  'a view in a terminal does load it',
  async () => {
    const file = join(await newFolder(), 'modules');
    const port = await serveText('mine');
    const terminal = startInTerminal({
      command: [
        ...[process.execPath, ...tracingTo(file), programPath('byway')],
        ...['intercept', 'pricing', '--port', String(port)],
      ],
      environment: { ...world.environment, TERM: 'xterm-256color' },
    });
    try {
      await terminal.shows('byway curl URL');
      expect(await packagesIn(file)).toContain('ink');
    } finally {
      terminal.type('q');
      await terminal.ended;
    }
  },
  60_000,
);
