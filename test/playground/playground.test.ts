import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { byway, childrenOf, createUser, type Run, type User, untilGone } from './running.ts';

let user: User;
const runs: Run[] = [];
beforeEach(() => {
  user = createUser();
});
afterEach(async () => {
  for (const { child, ended } of runs.splice(0)) {
    child.kill('SIGKILL');
    await ended;
  }
  user.remove();
});

const start = (environment: NodeJS.ProcessEnv, ...argv: readonly string[]): Run => {
  const run = byway(environment, ...argv);
  runs.push(run);
  return run;
};

type Line = Readonly<Record<string, unknown>>;
const linesOf = ({ stdout }: Run): readonly Line[] =>
  stdout()
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line);

const finished = (run: Run): Promise<void> =>
  until(
    () => run.child.exitCode !== null || linesOf(run).some(({ event }) => event === 'finished'),
    'the end of the tour',
    25_000,
  );

/** The line of a step; fails when the playground ends before it. */
const reached = async (run: Run, step: number): Promise<Line> => {
  const find = (): Line | undefined => linesOf(run).find((line) => line['step'] === step);
  const over = (): boolean => run.child.exitCode !== null;
  await until(() => find() !== undefined || over(), `step ${step}`, 20_000);
  const line = find();
  expect(line, run.stdout() + run.stderr()).toMatchObject({ ok: true });
  return line ?? {};
};

const leftOvers = (): readonly string[] =>
  readdirSync(user.folder).filter((name) => name.startsWith('byway-playground-'));

describe('the tour', () => {
  test('is five steps as expected, and a sixth line with where everything was', async () => {
    const run = start(user.environment, 'playground', '--once', '--json');
    expect(await run.ended, run.stderr() + run.stdout()).toBe(0);
    const cluster = { total: '19.90', servedBy: 'pricing (cluster)', byway: null };
    const url = expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(linesOf(run)).toEqual([
      { event: 'step', step: 1, ok: true, ...cluster },
      {
        event: 'step',
        step: 2,
        ok: true,
        port: expect.any(Number),
        readyMs: expect.any(Number),
        legsMs: {
          agent: expect.any(Number),
          tunnel: expect.any(Number),
          local: expect.any(Number),
        },
        pid: expect.any(Number),
      },
      {
        event: 'step',
        step: 3,
        ok: true,
        total: '17.91',
        servedBy: 'pricing@laptop (you)',
        byway: expect.stringMatching(/^pricing@\w/),
      },
      { event: 'step', step: 4, ok: true, ...cluster },
      { event: 'step', step: 5, ok: true, left: 'pricing' },
      {
        event: 'finished',
        ok: true,
        ms: expect.any(Number),
        manager: url,
        services: { web: url, cart: url, pricing: url },
      },
    ]);
    expect(run.stderr()).toBe('');
    expect(leftOvers()).toEqual([]);
  });

  test('is told to people in at most 80 columns', async () => {
    const run = start(user.environment, 'playground', '--once');
    expect(await run.ended, run.stderr()).toBe(0);
    expect(run.stdout()).toBe('');
    expect(run.stderr().match(/served by pricing@laptop \(you\)/g)).toHaveLength(1);
    expect(run.stderr().match(/served by pricing \(cluster\)/g)).toHaveLength(2);
    expect(run.stderr()).toMatch(/\nAll five as expected, in [\d.]+ m?s\.\n$/);
    const long = run
      .stderr()
      .split('\n')
      .filter((line) => line.length > 80);
    expect(long).toEqual([]);
  });

  test('needs no curl, and says so', async () => {
    const path = join(user.folder, 'nothing');
    const run = start({ ...user.environment, PATH: path }, 'playground', '--once');
    expect(await run.ended, run.stderr()).toBe(0);
    expect(run.stderr()).toContain('There is no curl here');
  });

  test('shows that the pod answers when your pricing is killed in the middle', async () => {
    const run = start(user.environment, 'playground', '--once', '--json');
    const { pid } = await reached(run, 2);
    process.kill(pid as number, 'SIGKILL');
    expect(await run.ended).toBe(1);
    const { problem, ...last } = linesOf(run).at(-1) ?? {};
    expect(last).toEqual({ event: 'finished', ok: false, step: 3 });
    expect(problem).toMatch(
      /^Your pricing ended by SIGKILL\.\n {2}Expected pricing@laptop \(you\)/,
    );
    expect(problem).toContain('total 19.90');
    expect(problem).toMatch(/\n {2}pricing: x-byway-served-by: pod; reason=local_refused$/);
    expect(
      Math.max(
        ...run
          .stderr()
          .split('\n')
          .map(({ length }) => length),
      ),
    ).toBeLessThan(81);
    expect(run.stderr()).toBe(`✗ ${problem}\n`);
    expect(leftOvers()).toEqual([]);
  });

  test('fails with 1 and one clear sentence when a process ends in the middle', async () => {
    const run = start(user.environment, 'playground', '--once', '--json');
    await reached(run, 1);
    const [cart] = childrenOf(run.child.pid ?? 0).filter(({ command }) =>
      command.endsWith(' cart'),
    );
    process.kill(cart?.pid ?? 0, 'SIGKILL');
    expect(await run.ended).toBe(1);
    expect(linesOf(run).at(-1)).toEqual({
      event: 'finished',
      ok: false,
      step: expect.any(Number),
      problem: 'The service cart ended by SIGKILL.',
    });
    expect(run.stderr()).toBe('✗ The service cart ended by SIGKILL.\n');
    expect(leftOvers()).toEqual([]);
  });
});

describe('a playground that stays up', () => {
  test('is found by other terminals and gone after Ctrl-C', async () => {
    const run = start(user.environment, 'playground');
    await until(() => run.stderr().includes('Ctrl-C ends everything.'), 'what to try', 25_000);
    expect(run.stderr()).toMatch(/npx byway intercept cart --port \d+ -- node examples\/cart\.js/);
    const port = /web :(\d+)/.exec(run.stderr())?.[1];
    const curl = start(user.environment, 'curl', '-s', `127.0.0.1:${port}/cart/42`);
    expect(await curl.ended, curl.stderr()).toBe(0);
    expect(curl.stdout()).toContain('total 19.90');

    const processes = childrenOf(run.child.pid ?? 0);
    expect(processes).toHaveLength(7);
    run.child.kill('SIGINT');
    expect(await run.ended).toBe(130);
    await untilGone(processes);
    expect(leftOvers()).toEqual([]);
    expect(existsSync(join(user.folder, 'runtime/byway/playground.json'))).toBe(false);
  });

  test('does not mind a second one, and says when a service has ended', async () => {
    const first = start(user.environment, 'playground', '--json');
    await finished(first);
    const second = start(user.environment, 'playground');
    await until(() => second.stderr().includes('Ctrl-C ends everything.'), 'the second', 25_000);
    expect(second.stderr()).toMatch(/Port \d+ is taken, so web is on \d+\./);
    expect(second.stderr()).toContain('Another playground runs here (http://127.0.0.1:');
    expect(second.stderr()).toMatch(/export BYWAY_MANAGER=http:\/\/127\.0\.0\.1:\d+\n/);
    second.child.kill('SIGTERM');
    expect(await second.ended).toBe(143);
    expect(existsSync(join(user.folder, 'runtime/byway/playground.json'))).toBe(true);

    const [cart] = childrenOf(first.child.pid ?? 0).filter(({ command }) =>
      command.endsWith(' cart'),
    );
    process.kill(cart?.pid ?? 0, 'SIGKILL');
    await until(() => linesOf(first).at(-1)?.['event'] === 'lost', 'the loss');
    expect(linesOf(first).at(-1)).toEqual({
      event: 'lost',
      name: 'The service cart',
      code: null,
      signal: 'SIGKILL',
    });
    first.child.kill('SIGINT');
    expect(await first.ended).toBe(130);
  });

  test('serves the cart of examples/ to whoever has the key', async () => {
    const run = start(user.environment, 'playground', '--json');
    await finished(run);
    const { services } = linesOf(run).at(-1) as {
      readonly services: { readonly web: string; readonly pricing: string };
    };
    const own = start(
      { ...user.environment, PRICING_URL: services.pricing },
      ...['intercept', 'cart', '--json', '--', process.execPath, 'examples/cart.js'],
    );
    await until(() => own.stdout().includes('"ready"') || own.child.exitCode !== null, 'ready');
    const curl = start(user.environment, 'curl', '-s', `${services.web}/cart/42`);
    expect(await curl.ended, own.stderr() + curl.stderr()).toBe(0);
    expect(curl.stdout()).toMatch(/^web → cart → pricing .*served by cart@laptop \(you\)\n$/);
    own.child.kill('SIGINT');
    await own.ended;
    const left = start(user.environment, 'curl', '-s', `${services.web}/cart/42`);
    await left.ended;
    expect(left.stdout()).toContain('served by pricing (cluster)');
    run.child.kill('SIGINT');
    expect(await run.ended).toBe(130);
  });

  test('takes everything with it when it is killed with kill -9 in mid-tour', async () => {
    const run = start(user.environment, 'playground', '--json');
    await reached(run, 2);
    const processes = childrenOf(run.child.pid ?? 0);
    const commands = processes.map(({ command }) => command).join('\n');
    for (const program of ['manager', 'agent', 'your-pricing', 'byway intercept pricing']) {
      expect(commands).toContain(`launch.js ${program}`);
    }
    expect(leftOvers()).toHaveLength(1);
    run.child.kill('SIGKILL');
    await run.ended;
    await untilGone(processes);
    expect(leftOvers()).toEqual([]);
  });
});
