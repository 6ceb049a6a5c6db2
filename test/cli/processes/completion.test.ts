import { spawnSync } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startInTerminal } from '../../../scripts/pictures/pseudo-terminal.js';
import { afterwards, cleanUp, newFolder } from '../folder.ts';
import { endAll, programPath } from './process.ts';
import { serveText, startWorld, type World } from './world.ts';

let world: World;
let environment: Record<string, string>;
let home: string;
beforeAll(async () => {
  world = await startWorld();
  home = await newFolder();
  const bin = join(home, 'bin');
  await mkdir(bin);
  for (const name of ['byway', 'intercept']) {
    const path = join(bin, name);
    await writeFile(path, `#!/bin/sh\nexec '${process.execPath}' '${programPath(name)}' "$@"\n`);
    await chmod(path, 0o755);
  }
  environment = {
    BYWAY_MANAGER: world.url,
    BYWAY_TOKEN: world.token,
    BYWAY_CONFIG_DIR: join(home, 'configuration'),
    PATH: `${bin}:${process.env['PATH']}`,
    HOME: home,
  };
}, 90_000);
afterAll(async () => {
  await endAll();
  await cleanUp();
});

const has = (shell: string): boolean =>
  process.platform !== 'win32' && spawnSync(shell, ['--version']).status === 0;
const withBash = test.skipIf(!has('bash'));
const withFish = test.skipIf(!has('fish'));

const words = async (...args: readonly string[]): Promise<readonly string[]> => {
  const { code, stdout, stderr } = await world.byway(['__complete', '--', ...args], {
    BYWAY_CONFIG_DIR: environment['BYWAY_CONFIG_DIR'],
  });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout.split('\n').flatMap((line) => line.split('\t')[0] || []);
};

test('services come from the manager, intercepts from there and from this machine', async () => {
  expect(await words('intercept', 'pr')).toEqual(['pricing']);
  const port = String(await serveText('mine'));
  await world.byway(['intercept', 'pricing', '--port', port, '--detach']);
  const own = { BYWAY_MANAGER: 'http://127.0.0.1:1' };
  const { stdout } = await world.byway(['__complete', '--', 'leave', ''], own);
  expect(stdout).toBe('pricing\t\n');
  await world.byway(['leave', '--all']);
});

/** What accepts connections and never answers. */
const serveMute = async (): Promise<{ readonly url: string; readonly asked: () => number }> => {
  let asked = 0;
  const server = createServer((socket) => {
    asked += 1;
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterwards(() => server.close());
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, asked: () => asked };
};

test('a manager that hangs, is away, or knows nobody offers nothing and says nothing', async () => {
  const mute = await serveMute();
  for (const more of [
    { BYWAY_MANAGER: mute.url },
    { BYWAY_MANAGER: 'http://127.0.0.1:1' },
    { BYWAY_MANAGER: 'nonsense' },
    { BYWAY_TOKEN: 'unknown' },
    { BYWAY_TOKEN: 'two words' },
    { BYWAY_TOKEN: '', BYWAY_MANAGER: '' },
  ]) {
    const folder = { BYWAY_CONFIG_DIR: await newFolder() };
    const asked = await world.byway(['__complete', '--', 'intercept', ''], { ...folder, ...more });
    expect(asked).toEqual({ code: 0, stdout: '', stderr: '' });
  }
  expect(mute.asked()).toBeGreaterThan(0);
});

test('what was known is remembered, as names that a shell takes as they are', async () => {
  await words('intercept', '');
  const path = join(environment['BYWAY_CONFIG_DIR'] ?? '', 'completion.json');
  const known = JSON.parse(await readFile(path, 'utf8'));
  expect(known).toMatchObject({ services: ['pricing'] });
  expect(JSON.stringify(known)).not.toContain(world.token);
  expect(JSON.stringify(known)).not.toContain(world.key);
  const evil = ['$(touch planted)', 'a;b', '-rf', 'a b', '`x`', 'good-one'];
  await writeFile(path, JSON.stringify({ ...known, at: Date.now(), services: evil }));
  expect(await words('intercept', '')).toEqual(['good-one']);
  await writeFile(path, 'broken');
  expect(await words('intercept', '')).toEqual(['pricing']);
  const mute = await serveMute();
  const old = { ...known, manager: `${mute.url}/`, at: Date.now() - 60_000, services: ['old-one'] };
  await writeFile(path, JSON.stringify(old));
  const more = { ...environment, BYWAY_MANAGER: mute.url };
  const { stdout } = await world.byway(['__complete', '--', 'intercept', ''], more);
  expect(stdout).toBe('old-one\t\n');
});

/** What bash would offer for a line that ends at the cursor. */
const inBash = (...line: readonly string[]): readonly string[] => {
  const script = `eval "$(byway completion bash)"
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
    $(complete -p "$1" | sed 's/.*-F \\([^ ]*\\) .*/\\1/')
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', script, 'bash', ...line], {
    env: environment,
    encoding: 'utf8',
    timeout: 20_000,
    cwd: home,
  });
  expect(stderr).toBe('');
  return stdout.split('\n').filter((word) => word !== '');
};

withBash('bash: commands, flags, values after =, services, and files after --', async () => {
  expect(inBash('byway', 'tok')).toEqual(['token']);
  expect(inBash('byway', 'login', '--tok')).toEqual(['--token-stdin']);
  // Bash cuts at =, and takes the rest only.
  expect(inBash('byway', 'login', '--store', '=', 'k')).toEqual(['keychain']);
  expect(inBash('byway', 'login', '--store', '=')).toEqual(['keychain', 'file']);
  expect(inBash('byway', 'intercept', 'pr')).toEqual(['pricing']);
  expect(inBash('intercept', 'pr')).toEqual(['pricing']);
  expect(inBash('byway', 'intercept', 'pricing', '--', 'bi')).toEqual(['bin']);
  expect(inBash('byway', 'leave', '--al')).toEqual(['--all']);
});

withFish('fish: the same, by its own engine', () => {
  const inFish = (line: string): readonly string[] => {
    const script = `byway completion fish | source; complete -C '${line}'`;
    const { stdout } = spawnSync('fish', ['--no-config', '-c', script], {
      env: environment,
      encoding: 'utf8',
      timeout: 20_000,
      cwd: home,
    });
    return stdout.split('\n').filter((word) => word !== '');
  };
  expect(inFish('byway tok')).toEqual(['token\tMake, list and revoke tokens']);
  expect(inFish('byway login --store ')).toEqual(expect.arrayContaining(['keychain', 'file']));
  expect(inFish('byway intercept pr')).toEqual(['pricing']);
  expect(inFish('intercept pr')).toEqual(['pricing']);
  expect(inFish('byway intercept x -- bi')).toEqual(['bin/']);
});

const prompts = {
  bash: ['bash', '--norc', '--noprofile', '-i'],
  zsh: ['zsh', '-f', '-i'],
} as const;
const setUps = {
  bash: 'eval "$(byway completion bash)"',
  zsh: 'autoload -U compinit; compinit -u -D; eval "$(byway completion zsh)"',
} as const;

for (const shell of ['bash', 'zsh'] as const) {
  const needed = test.skipIf(process.platform !== 'linux' || !has(shell));
  needed(
    `${shell}, where there is one, in a terminal: a Tab writes the rest`,
    async () => {
      const terminal = startInTerminal({
        command: prompts[shell],
        environment: { ...environment, PS1: 'at> ', TERM: 'xterm' },
      });
      try {
        await terminal.shows('at>');
        terminal.type(`${setUps[shell]}; clear; echo re''ady\r`);
        await terminal.shows(/^ready/m);
        terminal.type('byway tok\t');
        await terminal.shows('byway token');
        terminal.type('cr\t--ag\t');
        await terminal.shows('byway token create --agent');
        terminal.type('pr\t');
        await terminal.shows('--agent pricing');
        terminal.type('\u0015intercept pr\t');
        await terminal.shows('intercept pricing');
      } finally {
        terminal.kill();
        await terminal.ended;
      }
    },
    60_000,
  );
}
