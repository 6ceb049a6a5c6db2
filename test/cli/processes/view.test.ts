import { spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { type PseudoTerminal, startInTerminal } from '../../../scripts/pictures/pseudo-terminal.js';
import { isAlive } from '../../../src/cli/living-process.ts';
import { until } from '../../support/until.ts';
import { afterwards, cleanUp } from '../folder.ts';
import { endAll, programPath } from './process.ts';
import { serveText, startWorld, type World } from './world.ts';

// Each starts several programs, on machines that may have other work.
vi.setConfig({ testTimeout: 90_000 });

let world: World;
let mine: number;
const terminals: PseudoTerminal[] = [];
beforeAll(async () => {
  world = await startWorld();
  mine = await serveText('mine');
});
afterEach(async () => {
  await world.byway(['leave', '--all']);
  for (const terminal of terminals.splice(0)) terminal.kill();
});
afterAll(async () => {
  await endAll();
  await cleanUp();
});

// `script` of other systems takes other flags.
const inLinux = test.skipIf(process.platform !== 'linux');

type Options = {
  readonly columns?: number;
  readonly rows?: number;
  readonly environment?: NodeJS.ProcessEnv;
  readonly node?: readonly string[];
};

const inTerminal = (args: readonly string[], options: Options = {}): PseudoTerminal => {
  const { environment = {}, node = [], ...size } = options;
  const terminal = startInTerminal({
    command: [process.execPath, ...node, programPath('byway'), ...args],
    environment: { ...world.environment, TERM: 'xterm-256color', ...environment },
    ...size,
  });
  terminals.push(terminal);
  return terminal;
};

const intercepting = (options?: Options): PseudoTerminal =>
  inTerminal(['intercept', 'pricing', '--port', String(mine)], options);

/** What a shell would find: its own screen, a cursor, lines that break, and what is typed shows. */
const expectRestored = (terminal: PseudoTerminal): void => {
  expect(terminal.screen.buffer.active.type).toBe('normal');
  expect(terminal.screen.modes.wraparoundMode).toBe(true);
  const bytes = terminal.bytes();
  expect(bytes.lastIndexOf('\u001b[?25h')).toBeGreaterThan(bytes.lastIndexOf('\u001b[?25l'));
};

const isRaw = (terminal: PseudoTerminal): boolean => / -icanon/.test(terminal.modes());

const text = (terminal: PseudoTerminal): string => terminal.lines().join('\n');

/** The process that holds the terminal. */
const pidOf = async (): Promise<number> => {
  const { stdout } = await world.byway(['status', '--json']);
  const { intercepts } = JSON.parse(stdout) as {
    readonly intercepts: readonly { readonly session: { readonly pid: number } }[];
  };
  const [first] = intercepts;
  if (first === undefined) throw new Error('There is no intercept.');
  return first.session.pid;
};

inLinux('requests show as they come, and q ends it with the terminal as it was', async () => {
  const terminal = intercepting();
  await terminal.shows('byway curl URL');
  expect(isRaw(terminal)).toBe(true);
  expect(terminal.screen.buffer.active.type).toBe('alternate');
  expect(await world.ask('/seen', world.key)).toBe('mine GET /seen');
  await terminal.shows(/GET +\/seen +200 .* you/);
  terminal.type('q');
  expect(await terminal.ended).toBe(130);
  expectRestored(terminal);
  expect(text(terminal)).toContain('pricing serves its own traffic again.');
  expect(await world.ask('/t', world.key)).toBe('pod GET /t');
});

inLinux('Ctrl-C drains and says so; the second one stops at once', async () => {
  const slow = await serveSlowly();
  const terminal = inTerminal(['intercept', 'pricing', '--port', String(slow.port)]);
  await terminal.shows('byway curl URL');
  const answer = world.ask('/slow', world.key);
  await until(() => slow.waiting() === 1, 'the request');
  terminal.type('\u0003');
  await terminal.shows('Ctrl-C again stops now');
  terminal.type('\u0003');
  expect(await terminal.ended).toBe(130);
  expectRestored(terminal);
  expect(text(terminal)).toContain('Stopped at once.');
  slow.answer();
  await answer.catch(() => {});
});

inLinux('what runs is answered after Ctrl-C', async () => {
  const slow = await serveSlowly();
  const terminal = inTerminal(['intercept', 'pricing', '--port', String(slow.port)]);
  await terminal.shows('byway curl URL');
  const answer = world.ask('/slow', world.key);
  await until(() => slow.waiting() === 1, 'the request');
  terminal.type('\u0003');
  await terminal.shows('Ctrl-C again stops now');
  slow.answer();
  expect(await answer).toBe('slow');
  expect(await terminal.ended).toBe(130);
  expectRestored(terminal);
});

inLinux.each([
  ['SIGTERM', 143],
  ['SIGINT', 130],
  ['SIGHUP', 129],
] as const)('%s ends it in order', async (signal, code) => {
  const terminal = intercepting();
  await terminal.shows('byway curl URL');
  process.kill(await pidOf(), signal);
  expect(await terminal.ended).toBe(code);
  expectRestored(terminal);
});

inLinux('x asks once, and leaves', async () => {
  const terminal = intercepting();
  await terminal.shows('byway curl URL');
  terminal.type('x');
  await terminal.shows('Leave pricing?');
  terminal.type('n');
  await terminal.shows('p pause');
  terminal.type('xy');
  expect(await terminal.ended).toBe(0);
  expectRestored(terminal);
  expect(await world.ask('/t', world.key)).toBe('pod GET /t');
});

inLinux('a crash gives the terminal back, and its reason can be read', async () => {
  const crash = `data:text/javascript,setTimeout(() => {
    const wait = setInterval(() => { if (process.stdin.isRaw) { clearInterval(wait); setTimeout(() => { throw new Error('planted crash'); }, 300); } }, 20);
  }, 0)`;
  const terminal = intercepting({ node: ['--import', crash] });
  expect(await terminal.ended).not.toBe(0);
  expectRestored(terminal);
  expect(terminal.bytes()).toContain('\u001b[?1049h');
  expect(text(terminal)).toContain('planted crash');
});

inLinux('it takes the room there is, at once when that changes', async () => {
  const terminal = intercepting();
  await terminal.shows('byway curl URL');
  await world.ask(`/${'long/'.repeat(20)}end`, world.key);
  await terminal.shows(/long\/…/);
  terminal.resize(200, 50);
  await terminal.shows(/long\/end +200 .*rq_1/);
  expect(terminal.lines()[49]).toContain('q quit');
  terminal.resize(60, 15);
  await terminal.shows(/^ {3}GET/m);
  expect(terminal.lines()[14]).toContain('?  q');
  for (const line of terminal.lines()) expect(line.length).toBeLessThanOrEqual(60);
  terminal.resize(20, 5);
  await terminal.shows('Too small');
  terminal.resize(80, 24);
  await terminal.shows('p pause');
});

inLinux('the list is filtered while one types', async () => {
  const terminal = intercepting();
  await terminal.shows('byway curl URL');
  await world.ask('/one', world.key);
  await world.ask('/two', world.key);
  await terminal.shows('/two');
  terminal.type('/one');
  await terminal.shows('1 of 2');
  expect(text(terminal)).not.toContain('/two');
  terminal.type('\u001b');
  await terminal.shows('/two');
});

inLinux('a request is opened, sent again, edited, compared and copied', async () => {
  const terminal = intercepting({
    environment: { EDITOR: 'sed -i s/original/edited/', VISUAL: '' },
  });
  await terminal.shows('byway curl URL');
  await fetch(`http://127.0.0.1:${world.agentPort}/original?access_token=planted-token`, {
    headers: { 'x-byway-id': world.key, authorization: 'Bearer planted-secret' },
  });
  await terminal.shows('/original');
  terminal.type('\r');
  await terminal.shows(/authorization: Bearer \[redacted/i);
  terminal.type('G');
  await terminal.shows(/see one +byway inspect rq_1/);
  terminal.type('r');
  await terminal.shows(/rq_1 again: 200 in .* as rq_2/);
  terminal.type('e');
  await terminal.shows(/rq_1 again: 200 in .* as rq_3/);
  expect(isRaw(terminal)).toBe(true);
  terminal.type('d');
  await terminal.shows(/^ *- .*pod GET \/original/m);
  await terminal.shows(/^ *\+ .*mine GET \/original/m);
  terminal.type('c');
  await terminal.shows('Copied rq_1');
  terminal.type('q');
  await terminal.shows(/\/edited.* you, again/);
  terminal.type('q');
  await terminal.ended;
  const bytes = terminal.bytes();
  const copied = new RegExp(`${String.fromCharCode(27)}\\]52;c;([^\u0007]*)`).exec(bytes)?.[1];
  const command = Buffer.from(copied ?? '', 'base64').toString('utf8');
  expect(command).toContain('curl');
  for (const text of [bytes, command]) {
    for (const secret of ['planted-token', 'planted-secret', world.key]) {
      expect(text).not.toContain(secret);
    }
  }
});

inLinux('a request with the sequences of a terminal changes nothing but its own line', async () => {
  const terminal = intercepting();
  await terminal.shows('byway curl URL');
  await world.ask('/%1b[2J%1b]0;owned%07', world.key);
  await terminal.shows('/%1b[2J');
  expect(terminal.bytes()).not.toContain('\u001b]0;');
});

inLinux('Ctrl-Z gives the terminal to the shell, and fg draws again', async () => {
  const terminal = startInTerminal({
    command: ['bash', '--norc', '-i'],
    environment: { ...world.environment, PS1: 'prompt> ', TERM: 'xterm-256color' },
  });
  terminals.push(terminal);
  await terminal.shows('prompt>');
  terminal.type(
    `'${process.execPath}' '${programPath('byway')}' intercept pricing --port ${mine}\r`,
  );
  await terminal.shows('byway curl URL');
  terminal.type('\u001a');
  await terminal.shows(/Stopped/);
  expectRestored(terminal);
  terminal.type('echo between\r');
  await terminal.shows(/^between/m);
  terminal.type('fg\r');
  await terminal.shows('byway curl URL');
  expect(isRaw(terminal)).toBe(true);
  terminal.type('q');
  await terminal.shows(/serves its own traffic again/);
  expectRestored(terminal);
  terminal.type('exit\r');
  await terminal.ended;
});

inLinux('a terminal that takes nothing holds up no request', async () => {
  // Large, so that a few frames are more than the system keeps for it.
  const terminal = intercepting({ columns: 300, rows: 80 });
  await terminal.shows('byway curl URL');
  terminal.freeze();
  for (let request = 0; request < 600; request++) {
    const path = `/${request}${'x'.repeat(200)}`;
    expect(await world.ask(path, world.key)).toBe(`mine GET ${path}`);
  }
  terminal.thaw();
  await terminal.shows('/599xx');
});

inLinux('of thousands of requests the last ones stand there whole', async () => {
  const terminal = intercepting();
  await terminal.shows('byway curl URL');
  let next = 0;
  const one = async (): Promise<void> => {
    while (next < 3_000) await world.ask(`/burst/${next++}`, world.key);
  };
  await Promise.all(Array.from({ length: 40 }, one));
  await terminal.shows(/\/burst\/29\d\d .* 200 /);
  await until(() => !/\/burst\/.* … /.test(text(terminal)), 'whole answers', 20_000);
});

inLinux('no colour is sent with NO_COLOR, and what is drawn is the same', async () => {
  const terminal = intercepting({ environment: { NO_COLOR: '1' } });
  await terminal.shows('● active');
  terminal.type('?');
  await terminal.shows('keeps its place');
  terminal.type('q');
  await terminal.shows('byway curl URL');
  const sequences = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');
  const used = new Set(terminal.bytes().match(sequences));
  expect([...used]).toEqual(['\u001b[0m']);
});

inLinux.each([
  ['--plain', ['--plain'], {}],
  ['--json', ['--json'], {}],
  ['--quiet', ['--quiet'], {}],
  ['--no-input', ['--no-input'], {}],
  ['TERM=dumb', [], { TERM: 'dumb' }],
  ['CI', [], { CI: 'true' }],
] as const)('%s prints lines', async (_name, flags, environment) => {
  const terminal = inTerminal(['intercept', 'pricing', '--port', String(mine), ...flags], {
    environment,
  });
  await until(async () => (await world.ask('/t', world.key)) === 'mine GET /t', 'the intercept');
  await world.byway(['leave', 'pricing']);
  expect(await terminal.ended).toBe(0);
  expect(terminal.bytes()).not.toContain('\u001b[?1049h');
});

inLinux('an error before it is ready is printed, and nothing drawn', async () => {
  const terminal = inTerminal(['intercept', 'pricng', '--port', String(mine)]);
  expect(await terminal.ended).toBe(3);
  expect(text(terminal)).toContain('Did you mean pricing?');
  expect(terminal.bytes()).not.toContain('\u001b[?1049h');
});

inLinux('status draws an intercept from outside, and q ends the view only', async () => {
  const session = world.startByway(['intercept', 'pricing', '--port', String(mine)]);
  await session.says('ready in');
  const terminal = inTerminal(['status']);
  await terminal.shows(/pricing → localhost:\d+ +● active/);
  await terminal.shows(/tunnel h2\/tcp/);
  await world.ask('/from-outside', world.key);
  await terminal.shows('/from-outside');
  terminal.type('p');
  await terminal.shows('‖ paused by');
  expect(await world.ask('/t', world.key)).toBe('pod GET /t');
  terminal.type('p');
  await terminal.shows('● active');
  terminal.type('q');
  expect(await terminal.ended).toBe(0);
  expectRestored(terminal);
  expect(isAlive(session.pid)).toBe(true);
  const { stdout } = spawnSync(process.execPath, [programPath('byway'), 'status', '--plain'], {
    env: world.environment,
    encoding: 'utf8',
  });
  expect(stdout).toContain('● active');
});

inLinux(
  'inspect draws what a session in the background answers, and says when it is over',
  async () => {
    await world.byway(['intercept', 'pricing', '--port', String(mine), '--detach']);
    await world.ask('/before', world.key);
    const terminal = inTerminal(['inspect', 'pricing']);
    await terminal.shows('/before');
    await world.byway(['leave', 'pricing']);
    await terminal.shows('○ ended');
    terminal.type('\u0003');
    expect(await terminal.ended).toBe(130);
    expectRestored(terminal);
  },
);

inLinux('several intercepts are chosen from, and Escape goes back to the choice', async () => {
  for (const header of ['x-first', 'x-second']) {
    const flags = ['--http-header', `${header}=1`, '--port', String(mine), '--detach'];
    await world.byway(['intercept', 'pricing', ...flags]);
  }
  const terminal = inTerminal(['status']);
  await terminal.shows('2 intercepts');
  terminal.type('j\r');
  await terminal.shows('No request has come yet');
  terminal.type('\u001b');
  await terminal.shows('2 intercepts');
  terminal.type('q');
  expect(await terminal.ended).toBe(0);
  expectRestored(terminal);
});

/** An app that answers when it is told to. */
const serveSlowly = async () => {
  const waiting: (() => void)[] = [];
  const server = createServer((_request, response) => {
    waiting.push(() => response.end('slow'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterwards(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    port: (server.address() as AddressInfo).port,
    waiting: () => waiting.length,
    answer: () => {
      for (const end of waiting.splice(0)) end();
    },
  };
};
