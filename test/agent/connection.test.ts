import { afterEach, describe, expect, test } from 'vitest';
import { openRawClient } from '../support/raw-client.ts';
import { startRawServer } from '../support/raw-server.ts';
import { until } from '../support/until.ts';
import { key, laptopOn, rule, startAgent } from './start-agent.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const behindAgent = async (
  answer?: Parameters<typeof startRawServer>[0],
  greet?: Parameters<typeof startRawServer>[1],
) => {
  const pod = await startRawServer(answer, greet);
  const agent = await startAgent(pod.port);
  closers.push(agent.server.close, pod.close);
  return { pod, agent, client: await openRawClient(agent.port) };
};

describe('what is not HTTP/1 is spliced', () => {
  test.each([
    ['a TLS hello', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['a broken preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n'],
    ['a Redis command', '*1\r\n$4\r\nPING\r\n'],
    ['an SMTP command', 'EHLO example.org\r\n'],
    ['a PostgreSQL start', '\x00\x00\x00\x08\x04\xd2\x16/'],
    ['NUL bytes', '\x00\x00\x00\x00'],
  ])('%s', async (_, bytes) => {
    const { pod, client } = await behindAgent((socket, all) => {
      if (all.length === bytes.length) socket.write('answer \x00\xff', 'latin1');
    });
    client.write(bytes);
    await client.until((text) => text === 'answer \x00\xff');
    expect(pod.received[0]?.toString('latin1')).toBe(bytes);
  });

  test('a server that speaks first, then anything at all', async () => {
    const { pod, client } = await behindAgent(undefined, (socket) => {
      socket.write('220 mail ready\r\n');
    });
    await client.until((text) => text === '220 mail ready\r\n');
    client.write('GET / HTTP/1.1\r\nno more HTTP\r\n');
    await until(() => (pod.received[0]?.length ?? 0) > 0);
    expect(pod.received[0]?.toString()).toBe('GET / HTTP/1.1\r\nno more HTTP\r\n');
  });

  test('with each end passed on separately', async () => {
    const { pod, client } = await behindAgent();
    client.socket.end('*1\r\n');
    await until(() => pod.sockets[0]?.readableEnded === true);
    pod.sockets[0]?.write('still talking');
    await client.until((text) => text === 'still talking');
    pod.sockets[0]?.end();
    expect(await client.closed).toBe('end');
  });

  test('and a reset of the pod resets the client', async () => {
    const { client } = await behindAgent((socket) => void socket.resetAndDestroy());
    client.write('*1\r\n');
    expect(await client.closed).toBe('reset');
  });
});

test('a connection opened in advance is still HTTP/1 when its first request comes', async () => {
  const { pod, agent, client } = await behindAgent();
  const laptop = await startRawServer((socket) => {
    socket.write('HTTP/1.1 204 No Content\r\n\r\n');
  });
  closers.push(laptop.close);
  await until(() => pod.sockets.length === 1);
  agent.rules(rule(pod.port));
  client.write('GET / HT');
  client.write(`TP/1.1\r\nHost: a\r\nx-byway-id: ${key}\r\n\r\n`);
  await client.until(
    (text) => text.includes('x-byway-served-by: pod; reason=manager_gone') || text === '',
  );
  await until(() => pod.received[0]?.toString().includes('GET / HTTP/1.1') === true);
});

test('a request that matches is answered by the laptop although the pod is down', async () => {
  const pod = await startRawServer();
  await pod.close();
  const laptop = await startRawServer((socket) => {
    socket.write('HTTP/1.1 204 No Content\r\n\r\n');
  });
  const agent = await startAgent(pod.port, laptopOn(laptop.port));
  closers.push(agent.server.close, laptop.close);
  agent.rules(rule(pod.port));
  const client = await openRawClient(agent.port);
  client.write(`GET / HTTP/1.1\r\nHost: a\r\nx-byway-id: ${key}\r\n\r\n`);
  await client.until((text) => text.includes('x-byway-served-by: pricing@ada-laptop'));
  const other = await openRawClient(agent.port);
  other.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  expect(await other.closed).toBe('reset');
  const third = await openRawClient(agent.port);
  third.write('*1\r\n');
  expect(await third.closed).toBe('reset');
});

describe('upgrades', () => {
  const upgrade = (...lines: readonly string[]): string =>
    [
      'GET /chat HTTP/1.1',
      'Host: a',
      'Connection: Upgrade',
      'Upgrade: websocket',
      ...lines,
      '',
      '',
    ].join('\r\n');
  const accepted =
    'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n';

  test('are spliced with the pod, early bytes of both sides included', async () => {
    const { pod, client } = await behindAgent((socket, all) => {
      if (all.toString().endsWith('\r\n\r\n')) socket.write(`${accepted}\r\n\x81\x02hi`, 'latin1');
    });
    client.write(upgrade());
    await client.until((text) => text === `${accepted}\r\n\x81\x02hi`);
    client.write('\x81\x85 raw GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n');
    await until(() => pod.received[0]?.toString('latin1').endsWith('Host: b\r\n\r\n') === true);
  });

  test('are spliced with the laptop when they match', async () => {
    const pod = await startRawServer();
    const laptop = await startRawServer((socket, all) => {
      const text = all.toString('latin1');
      if (text.endsWith('\r\n\r\n')) socket.write(`${accepted}\r\n`);
      if (text.endsWith('ping')) socket.end('pong');
    });
    const agent = await startAgent(pod.port, laptopOn(laptop.port));
    closers.push(agent.server.close, laptop.close, pod.close);
    agent.rules(rule(pod.port));
    const client = await openRawClient(agent.port);
    client.write(upgrade(`x-byway-id: ${key}`));
    await client.until(
      (text) => text === `${accepted}x-byway-served-by: pricing@ada-laptop\r\n\r\n`,
    );
    client.write('ping');
    await client.until((text) => text.endsWith('pong'));
    expect(await client.closed).toBe('end');
  });

  test('to h2c are not offered to the pod', async () => {
    const { pod, client } = await behindAgent();
    client.write(
      'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings, x-a\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\nX-A: 1\r\n\r\n',
    );
    await until(() => pod.received[0]?.toString().endsWith('\r\n\r\n') === true);
    expect(pod.received[0]?.toString()).toBe(
      'GET / HTTP/1.1\r\nHost: a\r\nConnection: x-a\r\nX-A: 1\r\n\r\n',
    );
  });

  test('that the pod invents are refused', async () => {
    const { client } = await behindAgent((socket) => void socket.write(`${accepted}\r\n`));
    client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await client.closed;
    expect(client.text()).toMatch(/^HTTP\/1\.1 502 Bad Gateway\r\n/);
  });
});

test('an answer that nobody asked for closes both sides', async () => {
  const { pod, client } = await behindAgent((socket, all) => {
    if (all.toString().endsWith('\r\n\r\n')) socket.write('HTTP/1.1 204 No Content\r\n\r\n');
  });
  client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  await client.until((text) => text.endsWith('\r\n\r\n'));
  pod.sockets[0]?.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
  await client.closed;
  await until(() => pod.sockets[0]?.destroyed === true);
  expect(client.text()).toBe('HTTP/1.1 204 No Content\r\n\r\n');
});

test('Expect: 100-continue waits for the pod and nobody else', async () => {
  const { pod, client } = await behindAgent((socket, all) => {
    const text = all.toString();
    if (text.endsWith('\r\n\r\n')) socket.write('HTTP/1.1 100 Continue\r\n\r\n');
    if (text.endsWith('body')) socket.write('HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n');
  });
  client.write('PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n');
  await client.until((text) => text === 'HTTP/1.1 100 Continue\r\n\r\n');
  client.write('body');
  await client.until((text) => text.endsWith('Content-Length: 0\r\n\r\n'));
  expect(pod.received[0]?.toString()).toMatch(/\r\n\r\nbody$/);
});
