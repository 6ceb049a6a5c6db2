import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  bodyFaults,
  hostileHeads,
  hostileResponses,
  oddRequests,
  oddResponses,
  smuggles,
} from '../../protocol/http1/vectors/all.ts';
import { openRawClient, type RawClient } from '../../support/raw-client.ts';
import { type RawServer, startRawServer } from '../../support/raw-server.ts';
import { until } from '../../support/until.ts';
import { startAgent, type TestAgent } from '../start-agent.ts';

let pod: RawServer;
let agent: TestAgent;
/** What the pod says when it has got this many bytes on a connection. */
let answer: { after: number; bytes: string; end: boolean } | undefined;

beforeAll(async () => {
  pod = await startRawServer((socket, all) => {
    if (answer === undefined || all.length < answer.after) return;
    socket.write(answer.bytes, 'latin1');
    if (answer.end) socket.end();
    answer = undefined;
  });
  agent = await startAgent(pod.port);
});
afterAll(async () => {
  await agent.server.close();
  await pod.close();
});

const lastReceived = (): string => pod.received.at(-1)?.toString('latin1') ?? '';

// The agent dials as soon as it accepts, so the connections come in the same order.
const connected = async (): Promise<RawClient> => {
  const before = pod.sockets.length;
  const client = await openRawClient(agent.port);
  await until(() => pod.sockets.length > before, 'the connection to the pod');
  return client;
};

const statusOf = (text: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1]);

// On a new connection the first line decides what it speaks; an empty one is not HTTP/1.
const [notHttp, refused] = [
  hostileHeads.filter(({ bytes }) => /^\r?\n/.test(bytes)),
  hostileHeads.filter(({ bytes }) => !/^\r?\n/.test(bytes)),
];

test.each(notHttp.map((vector) => [vector.name, vector] as const))(
  'splices a connection that starts with %s, and refuses it behind a request',
  async (_, vector) => {
    const spliced = await connected();
    spliced.write(vector.bytes);
    await until(() => lastReceived() === vector.bytes, 'the bytes');
    spliced.socket.destroy();
    const client = await connected();
    const first = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
    answer = { after: first.length, bytes: 'HTTP/1.1 204 No Content\r\n\r\n', end: false };
    client.write(first + vector.bytes);
    await client.closed;
    expect(client.text()).toMatch(new RegExp(`\r\n\r\nHTTP/1.1 ${vector.status} `));
    expect(lastReceived()).toBe(first);
  },
);

test.each(refused.map((vector) => [vector.name, vector] as const))(
  'refuses %s, and nothing reaches the pod',
  async (_, vector) => {
    const client = await connected();
    client.write(vector.bytes);
    await client.closed;
    expect(statusOf(client.text())).toBe(vector.status);
    expect(lastReceived()).toBe('');
  },
);

test.each(bodyFaults.map((vector) => [vector.name, vector] as const))(
  'destroys the connection to the pod on %s',
  async (_, vector) => {
    const client = await connected();
    client.write(vector.head);
    await until(() => lastReceived() === vector.head, 'the head');
    client.write(vector.body);
    if (vector.thenEnd === true) {
      // Nothing is faulty yet but the end, and it is passed on as it is.
      client.socket.end();
      await until(() => pod.sockets.at(-1)?.readableEnded === true, 'the end');
      client.socket.destroy();
      return;
    }
    await client.closed;
    await until(() => pod.sockets.at(-1)?.destroyed === true, 'the end of the connection');
    expect([400, 431, Number.NaN]).toContain(statusOf(client.text()));
    expect((vector.head + vector.body).startsWith(lastReceived())).toBe(true);
    expect(lastReceived().length).toBeLessThan((vector.head + vector.body).length);
  },
);

describe('forwards byte for byte', () => {
  test.each(oddRequests.map((vector) => [vector.name, vector] as const))(
    '%s',
    async (_, vector) => {
      const client = await connected();
      client.write(vector.bytes);
      await until(() => lastReceived().length >= vector.bytes.length, 'the request');
      expect(lastReceived()).toBe(vector.bytes);
      expect(client.text()).toBe('');
      client.socket.destroy();
    },
  );

  test.each(oddResponses.map((vector) => [vector.name, vector] as const))(
    'the answer: %s',
    async (_, vector) => {
      const client = await connected();
      const request = `${vector.method} / HTTP/1.1\r\nHost: a\r\n\r\n`;
      answer = { after: request.length, bytes: vector.bytes, end: vector.closeDelimited === true };
      client.write(request);
      await client.until((text) => text.length >= vector.bytes.length);
      if (vector.closeDelimited === true) expect(await client.closed).toBe('end');
      expect(client.text()).toBe(vector.bytes);
      client.socket.destroy();
    },
  );
});

test.each(hostileResponses.map((vector) => [vector.name, vector] as const))(
  'does not pass on an answer with %s',
  async (_, vector) => {
    const client = await connected();
    const request = `${vector.method} / HTTP/1.1\r\nHost: a\r\n\r\n`;
    answer = { after: request.length, bytes: vector.bytes, end: vector.thenEnd === true };
    client.write(request);
    const how = await client.closed;
    const text = client.text();
    const refused = /(^|\r\n\r\n)HTTP\/1\.1 502 /.test(text) && text.includes('byway-agent: ');
    const ended = vector.thenEnd === true || vector.family === 'no content';
    const cut = vector.bytes.startsWith(text) && (how === 'reset' || ended);
    expect({ refused, cut, text }).toMatchObject(refused ? { refused: true } : { cut: true });
  },
);

describe('a smuggling attempt', () => {
  test.each(smuggles.map((vector) => [`${vector.family}: ${vector.name}`, vector] as const))(
    '%s',
    async (_, { family, bytes, claims }) => {
      const client = await connected();
      client.write(bytes);
      if (claims.verdict === 'forwarded' && family === 'connection' && claims.requests === 1) {
        await until(() => lastReceived().length > 0, 'the request');
        pod.sockets.at(-1)?.write('HTTP/1.1 204 No Content\r\n\r\n');
        expect(await client.closed).toBe('end');
        client.socket.destroy();
        expect(bytes.startsWith(lastReceived())).toBe(true);
        expect(lastReceived().match(/HTTP\/1\./g)).toHaveLength(1);
        return;
      }
      if (claims.verdict === 'forwarded') {
        await until(() => lastReceived().length >= bytes.length, 'all the bytes');
        expect(lastReceived()).toBe(bytes);
        client.socket.destroy();
        return;
      }
      // Nobody answers, so a refusal behind good requests waits for their answers.
      const good =
        claims.requests > 0 ? 'HTTP/1.1 204 No Content\r\n\r\n'.repeat(claims.requests) : '';
      if (good !== '') {
        await until(() => lastReceived().length > 0, 'the good requests');
        pod.sockets.at(-1)?.write(good);
      }
      await client.closed;
      client.socket.destroy();
      const [socket] = pod.sockets.slice(-1);
      await until(() => socket?.destroyed === true || socket?.readableEnded === true, 'the end');
      expect(bytes.startsWith(lastReceived())).toBe(true);
      expect(lastReceived().length).toBeLessThan(bytes.length);
    },
  );
});
