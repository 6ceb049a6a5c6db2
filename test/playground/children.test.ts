import { createServer } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { type Children, createChildren, type Loss } from '../../src/playground/children.ts';
import { choosePort, freePort } from '../../src/playground/ports.ts';
import { until } from '../support/until.ts';
import { untilGone } from './running.ts';

const losses: Loss[] = [];
let children: Children = createChildren((loss) => losses.push(loss));
afterEach(async () => {
  await children.stop();
  children = createChildren((loss) => losses.push(loss));
  losses.length = 0;
});

const plan = {
  name: 'The service pricing',
  program: 'pricing',
  environment: { PORT: '0' },
} as const;

test('a program that can not start is told with its last words', async () => {
  const agent = { name: 'The agent of cart', program: 'agent' as const, argv: ['--workload', 'c'] };
  await expect(children.start(agent)).rejects.toThrow(
    /^The agent of cart ended with code 2\. It said last:\n {4}✗ .*--listen/,
  );
  expect(losses).toEqual([]);
});

test('an end that nobody asked for is a loss, and one that was asked for is none', async () => {
  const wanted = await children.start(plan);
  await wanted.kill();
  const may = await children.start({ ...plan, mayEnd: true });
  process.kill(may.pid ?? 0, 'SIGKILL');
  await may.ended;
  expect(losses).toEqual([]);
  const needed = await children.start(plan);
  process.kill(needed.pid ?? 0, 'SIGKILL');
  await until(() => losses.length > 0, 'the loss');
  expect(losses).toMatchObject([{ name: plan.name, end: { code: null, signal: 'SIGKILL' } }]);
});

test('stopping ends all of them, also one that is just starting', async () => {
  const running = await children.start(plan);
  const starting = children.start(plan);
  const refused = expect(starting).rejects.toThrow(`${plan.name} ended by SIGKILL.`);
  await children.stop();
  await refused;
  await untilGone([{ pid: running.pid ?? 0, command: '' }]);
  await expect(children.start(plan)).rejects.toThrow('was not started: the playground ends.');
  expect(losses).toEqual([]);
});

test('a command runs to its end', async () => {
  const argv = ['--version'];
  const { code, stdout } = await children.run({ name: 'byway', program: 'byway', argv });
  expect(code).toBe(0);
  expect(stdout).toEqual([expect.stringMatching(/^\d+\.\d+\.\d+/)]);
});

test('a port is kept unless somebody listens there', async () => {
  const port = await freePort();
  expect(await choosePort(port)).toBe(port);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  expect(await choosePort(port)).not.toBe(port);
  await new Promise((resolve) => server.close(resolve));
});
