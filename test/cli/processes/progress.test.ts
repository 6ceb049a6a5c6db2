import { afterAll, beforeAll, expect, test } from 'vitest';
import { startInTerminal } from '../../../scripts/pictures/pseudo-terminal.js';
import { until } from '../../support/until.ts';
import { cleanUp } from '../folder.ts';
import { endTerminals, inTerminal } from './in-terminal.ts';
import { endAll, programPath } from './process.ts';
import { startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
}, 90_000);
afterAll(async () => {
  world.manager().child.kill('SIGCONT');
  endTerminals();
  await endAll();
  await cleanUp();
});

const inLinux = test.skipIf(process.platform !== 'linux');

/** While the manager is stopped, and after it goes on. */
const whileItHangs = async (hanging: () => Promise<void>): Promise<void> => {
  world.manager().child.kill('SIGSTOP');
  try {
    await hanging();
  } finally {
    world.manager().child.kill('SIGCONT');
  }
};

inLinux('a slow manager is told of in a terminal, and nothing of it stays', async () => {
  const terminal = startInTerminal({
    command: [process.execPath, programPath('byway'), 'whoami'],
    environment: { ...world.environment, TERM: 'xterm-256color' },
  });
  await whileItHangs(() => terminal.shows(`Asking ${new URL(world.url).host} …`));
  expect(await terminal.ended).toBe(0);
  await terminal.shows('user');
  expect(terminal.lines().join('\n')).not.toContain('Asking');
});

inLinux.each<[string, readonly string[], NodeJS.ProcessEnv]>([
  ['with --quiet', ['--quiet'], {}],
  ['where a line can’t be taken back', [], { TERM: 'dumb' }],
])('it is not told of %s', async (_, flags, more) => {
  let terminal: ReturnType<typeof inTerminal> | undefined;
  await whileItHangs(async () => {
    terminal = inTerminal(['whoami', ...flags], { ...world.environment, ...more });
    // Another one beside it gets as far as telling.
    const beside = inTerminal(['whoami'], world.environment);
    await beside.shows('Asking');
    const second = inTerminal(['whoami'], world.environment);
    await second.shows('Asking');
  });
  expect(await terminal?.ended).toBe(0);
  expect(terminal?.shown()).not.toContain('Asking');
  expect(terminal?.shown()).not.toContain('\u001b[2K');
});

inLinux('nor outside a terminal', async () => {
  const asking = world.startByway(['whoami'], { FORCE_COLOR: '1' });
  await whileItHangs(async () => {
    const beside = inTerminal(['whoami'], world.environment);
    await until(() => beside.shown().includes('Asking'), 'the other one');
  });
  expect(await asking.ended).toBe(0);
  expect(asking.stderr()).toBe('');
});
