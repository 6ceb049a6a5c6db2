import { constants } from 'node:http2';
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { openRawClient } from '../../support/raw-client.ts';
import { startRawServer } from '../../support/raw-server.ts';
import { until } from '../../support/until.ts';
import { key, rule } from '../start-agent.ts';
import {
  afterwards,
  agentBefore,
  answerTo,
  ask,
  endWorld,
  openClient,
  startServer,
} from './world.ts';

afterEach(endWorld);

const marked = { 'x-byway-id': key };
const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const settings = Buffer.from('000000040000000000', 'hex');

/** An HTTP/2 frame. */
const frame = (type: number, flags: number, stream: number, payload: Buffer): Buffer => {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
};

describe('what begins as HTTP/2', () => {
  test('is read from a preface that comes byte by byte', async () => {
    const service = await startServer('pod');
    const agent = await agentBefore(service.port);
    const client = await openRawClient(agent.port);
    for (const octet of Buffer.concat([preface, settings])) {
      client.write(Buffer.from([octet]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await client.until((text) => text.includes('\0\0\0\x04\x01\0\0\0\0'));
    client.socket.destroy();
    expect(service.sessions).toHaveLength(1);
  });

  test('may come to a service that announces its settings first, as those of gRPC do', async () => {
    const headers = Buffer.from([0x01, 0x05, 0, 0, 0, 0x01]);
    const pod = await startRawServer(
      (socket, all) => {
        if (all.includes(headers)) socket.write(frame(1, 5, 1, Buffer.from([0x8d])));
      },
      (socket) => void socket.write(settings),
    );
    afterwards(pod.close);
    const app = await startServer('laptop');
    const agent = await agentBefore(pod.port, app.port);
    agent.rules(rule(pod.port));
    const socket = connect({ port: agent.port, host: '127.0.0.1' });
    await until(() => pod.sockets[0]?.bytesWritten === settings.length);
    // The agent has read the settings by the time that it has taken another connection.
    await openClient((await agentBefore(app.port)).port);
    const client = await openClient(agent.port, socket);
    expect((await ask(client, marked)).headers['x-from']).toBe('laptop');
    expect((await ask(client, {})).status).toBe(404);
    expect(pod.sockets).toHaveLength(1);
  });

  test('and what a server says first that only looks like it is passed on', async () => {
    const pod = await startRawServer(undefined, (socket) => void socket.write(settings));
    afterwards(pod.close);
    const agent = await agentBefore(pod.port);
    const client = await openRawClient(agent.port);
    await until(() => pod.sockets.length === 1);
    client.write('EHLO\r\n');
    await client.until((text) => text === settings.toString('latin1'));
    await until(() => pod.received[0]?.toString() === 'EHLO\r\n');
    client.socket.destroy();
  });
});

describe('the end of a connection', () => {
  test("the service's GOAWAY is passed on, and what runs is finished", async () => {
    let answer = (): void => {};
    const service = await startServer('pod', (stream) => {
      answer = () => {
        stream.respond({ ':status': 200 });
        stream.end('done');
      };
    });
    const agent = await agentBefore(service.port);
    const client = await openClient(agent.port);
    const goaway = new Promise<number>((resolve) => client.once('goaway', resolve));
    const running = ask(client, {});
    await until(() => service.heads.length === 1);
    service.sessions[0]?.close();
    expect(await goaway).toBe(constants.NGHTTP2_NO_ERROR);
    answer();
    expect((await running).body.toString()).toBe('done');
    await until(() => client.closed);
  });

  test('the death of the service resets its streams and no stream of the laptop', async () => {
    const service = await startServer('pod', (_stream, _headers, _raw, cut) => cut());
    const app = await startServer('laptop', (stream) => {
      stream.respond({ ':status': 200 });
      stream.on('data', () => stream.end('laptop'));
    });
    const agent = await agentBefore(service.port, app.port);
    agent.rules(rule(service.port));
    const client = await openClient(agent.port);
    const running = client.request({ ':method': 'POST', ...marked });
    const answer = answerTo(running);
    await new Promise((resolve) => running.once('response', resolve));
    const broken = await ask(client, {});
    expect(broken.code).not.toBe(0);
    running.end('go on');
    expect((await answer).body.toString()).toBe('laptop');
  });

  test('a service that is not there refuses each stream, and the laptop still answers', async () => {
    const app = await startServer('laptop');
    const agent = await agentBefore(1, app.port);
    agent.rules(rule(1));
    const client = await openClient(agent.port);
    expect((await ask(client, marked)).headers['x-from']).toBe('laptop');
    expect((await ask(client, {})).code).toBe(constants.NGHTTP2_REFUSED_STREAM);
  });

  test('a client that goes takes its connections to the service and the laptop with it', async () => {
    const service = await startServer('pod');
    const app = await startServer('laptop');
    const agent = await agentBefore(service.port, app.port);
    agent.rules(rule(service.port));
    const client = await openClient(agent.port);
    await Promise.all([ask(client, {}), ask(client, marked)]);
    client.destroy();
    await until(() => [service, app].every(({ sessions }) => sessions[0]?.destroyed === true));
  });

  test('draining says GOAWAY and finishes what runs', async () => {
    let answer = (): void => {};
    const service = await startServer('pod', (stream) => {
      answer = () => stream.respond({ ':status': 204 }, { endStream: true });
    });
    const agent = await agentBefore(service.port);
    const client = await openClient(agent.port);
    const running = ask(client, {});
    await until(() => service.heads.length === 1);
    const drained = agent.server.drain(0, 10_000);
    await new Promise((resolve) => client.once('goaway', resolve));
    answer();
    expect((await running).status).toBe(204);
    await drained;
  });
});

test('extended CONNECT goes where the service allows it', async () => {
  const service = await startServer(
    'pod',
    (stream, headers) => {
      stream.respond({ ':status': 200, 'x-protocol': headers[':protocol'] });
      stream.pipe(stream);
    },
    { enableConnectProtocol: true },
  );
  const agent = await agentBefore(service.port);
  const client = await openClient(agent.port);
  await until(() => client.remoteSettings.enableConnectProtocol === true);
  const stream = client.request({
    ':method': 'CONNECT',
    ':protocol': 'websocket',
    ':path': '/chat',
    ':scheme': 'http',
    ':authority': 'a',
  });
  const answer = answerTo(stream);
  stream.end('frames');
  const { headers, body } = await answer;
  expect([headers['x-protocol'], body.toString()]).toEqual(['websocket', 'frames']);
  const plain = await startServer('pod');
  const second = await openClient((await agentBefore(plain.port)).port);
  await ask(second, {});
  expect(second.remoteSettings.enableConnectProtocol).not.toBe(true);
});

test('a client may open as many streams as the service allows', async () => {
  const service = await startServer('pod', undefined, { maxConcurrentStreams: 7 });
  const client = await openClient((await agentBefore(service.port)).port);
  await until(() => client.remoteSettings.maxConcurrentStreams === 7);
  const answers = await Promise.all(Array.from({ length: 50 }, () => ask(client, {})));
  expect(answers.every(({ status }) => status === 200)).toBe(true);
});

test('of many connections that come and go abruptly each gets its answer', async () => {
  const service = await startServer('pod', (stream) => {
    stream.respond({ ':status': 404 }, { endStream: true });
  });
  const agent = await agentBefore(service.port);
  const request = frame(1, 5, 1, Buffer.from([0x82, 0x86, 0x84, 0x41, 0x01, 0x61]));
  // Where the first read ends decides who reads what follows.
  const cuts = [0, 10, preface.length, preface.length + settings.length, 1000];
  for (let index = 0; index < 200; index++) {
    const all = Buffer.concat([preface, settings, request]);
    const cut = cuts[index % cuts.length] ?? 0;
    const client = await openRawClient(agent.port);
    client.write(all.subarray(0, cut));
    if (index % 2 === 0) await new Promise((resolve) => setTimeout(resolve, index % 4));
    client.write(all.subarray(cut));
    await client.until((text) => text.includes('\x01\x05\0\0\0\x01'));
    client.socket.resetAndDestroy();
  }
  await until(() => service.sessions.every(({ destroyed }) => destroyed));
});

describe('a hostile client', () => {
  const goaway = '\x07\0\0\0\0\0';
  const attack = async (bytes: Buffer) => {
    const service = await startServer('pod');
    const agent = await agentBefore(service.port);
    const client = await openRawClient(agent.port);
    client.write(Buffer.concat([preface, settings, bytes]));
    const saysSo = client.until((text) => text.includes(goaway));
    await Promise.race([client.closed, saysSo.catch(() => '')]);
    client.socket.end();
    await client.closed;
    client.socket.destroy();
    const healthy = await openClient(agent.port);
    expect((await ask(healthy, {})).status).toBe(200);
    return { service, text: client.text() };
  };
  // GET / with :scheme http and :authority a, in HPACK.
  const head = Buffer.from([0x82, 0x86, 0x84, 0x41, 0x01, 0x61]);
  const many = (count: number, one: (index: number) => Buffer): Buffer =>
    Buffer.concat(Array.from({ length: count }, (_, index) => one(index)));
  test.each<[string, Buffer]>([
    [
      'that resets its streams rapidly',
      many(5000, (index) =>
        Buffer.concat([
          frame(1, 5, 2 * index + 1, head),
          frame(3, 0, 2 * index + 1, Buffer.from([0, 0, 0, 8])),
        ]),
      ),
    ],
    [
      'that never ends a head',
      Buffer.concat([
        frame(1, 1, 1, head),
        many(1000, () => frame(9, 0, 1, Buffer.alloc(100, 0x86))),
      ]),
    ],
    ['that floods settings', many(20_000, () => settings)],
    ['that floods pings', many(20_000, () => frame(6, 0, 0, Buffer.alloc(8)))],
    ['that breaks the rules', frame(0, 0, 0, Buffer.alloc(10))],
  ])('%s loses its connection, and nobody else', async (_, bytes) => {
    const { text, service } = await attack(bytes);
    expect(text.includes(goaway) || text === '').toBe(true);
    expect(service.heads.length).toBeLessThan(2500);
  });

  test.each([
    ['a head of more than 64 KB', { 'x-a': 'a'.repeat(60_000), 'x-b': 'b'.repeat(20_000) }],
    [
      'more than 256 fields',
      Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`x-${i}`, ''])),
    ],
  ])('%s never reaches the service', async (_, headers) => {
    const service = await startServer('pod');
    const client = await openClient((await agentBefore(service.port)).port);
    const few = Object.fromEntries(Array.from({ length: 250 }, (_, index) => [`x-${index}`, '']));
    expect((await ask(client, few)).status).toBe(200);
    service.heads.length = 0;
    const answer = await ask(client, headers).catch((error: Error) => error);
    expect(answer).not.toMatchObject({ status: 200 });
    expect(service.heads).toEqual([]);
  });
});
