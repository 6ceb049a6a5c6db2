import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openRawClient } from '../../support/raw-client.ts';
import { until } from '../../support/until.ts';
import { rule, startAgent, type TestAgent } from '../start-agent.ts';
import { freePort, missing, newFolder, type Ran, run, startProgram } from './program.ts';

const skipped = missing('redis-server', 'redis-cli');

describe.skipIf(skipped !== '')(`Redis behind the agent${skipped}`, () => {
  const closers: (() => Promise<void> | void)[] = [];
  let agent: TestAgent;
  let port: number;

  const redis = (args: readonly string[], input = '', to: number = agent.port): Promise<Ran> =>
    run('redis-cli', ['-p', String(to), ...args], { input });

  beforeAll(async () => {
    const { path, remove } = newFolder();
    closers.push(remove);
    port = await freePort();
    const options = ['--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', path];
    closers.push(startProgram('redis-server', ['--port', String(port), ...options]));
    agent = await startAgent(port);
    agent.rules(rule(port));
    closers.push(agent.server.close);
    await until(async () => (await redis(['ping'], '', port)).stdout === 'PONG\n', 'Redis');
  });
  afterAll(async () => {
    for (const close of closers.reverse()) await close();
  });

  test('answers', async () => {
    expect((await redis(['ping'])).stdout).toBe('PONG\n');
    expect(agent.table.of(port)?.seen).toBe(0);
  });

  test('keeps 4 MB as they are', async () => {
    const value = Array.from({ length: 400_000 }, (_, index) => `${index}`.padStart(10)).join('');
    expect((await redis(['-x', 'set', 'large'], value)).stdout).toBe('OK\n');
    expect((await redis(['get', 'large'])).stdout === `${value}\n`).toBe(true);
  });

  test('takes 20,000 commands in one go', async () => {
    const commands = Array.from({ length: 20_000 }, () => 'INCR count\r\n').join('');
    expect((await redis(['--pipe'], commands)).stdout).toContain('errors: 0, replies: 20000');
    expect((await redis(['get', 'count'])).stdout).toBe('20000\n');
  });

  test('speaks without being asked to who has subscribed', async () => {
    const client = await openRawClient(agent.port);
    client.write('SUBSCRIBE news\r\n');
    await client.until((text) => text.endsWith(':1\r\n'));
    await redis(['publish', 'news', 'hello']);
    await client.until((text) => text.endsWith('$4\r\nnews\r\n$5\r\nhello\r\n'));
    client.write('QUIT\r\n');
    await client.closed;
    client.socket.destroy();
  });
});
