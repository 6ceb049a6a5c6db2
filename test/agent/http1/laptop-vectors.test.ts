import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hostileResponses, oddRequests, oddResponses } from '../../protocol/http1/vectors/all.ts';
import { openRawClient } from '../../support/raw-client.ts';
import { type RawServer, startRawServer } from '../../support/raw-server.ts';
import { until } from '../../support/until.ts';
import { key, laptopOn, rule, startAgent, type TestAgent } from '../start-agent.ts';

const keyLine = `x-byway-id: ${key}\r\n`;
const mark = 'x-byway-served-by: pricing@ada-laptop\r\n';

let pod: RawServer;
let laptop: RawServer;
let agent: TestAgent;
/** What the local app says when it has got this many bytes on a connection. */
let answer: { after: number; bytes: string; end: boolean } | undefined;

beforeAll(async () => {
  pod = await startRawServer((socket, all) => {
    if (all.toString('latin1').endsWith('\r\n\r\n'))
      socket.write('HTTP/1.1 204 No Content\r\n\r\n');
  });
  laptop = await startRawServer((socket, all) => {
    if (answer === undefined || all.length < answer.after) return;
    socket.write(answer.bytes, 'latin1');
    if (answer.end) socket.end();
    answer = undefined;
  });
  agent = await startAgent(pod.port, laptopOn(laptop.port));
  agent.rules(rule(pod.port));
});
afterAll(async () => {
  await agent.server.close();
  await pod.close();
  await laptop.close();
});

const fromLaptop = (): string => laptop.received.at(-1)?.toString('latin1') ?? '';
const podReceived = (): string => pod.received.map((bytes) => bytes.toString('latin1')).join('');

const withKey = (bytes: string): string => {
  const fields = bytes.indexOf('\r\n') + 2;
  return bytes.slice(0, fields) + keyLine + bytes.slice(fields);
};

// With another key of its own a request is not this laptop's.
const mine = oddRequests.filter(({ bytes }) => !/^x-byway-id:/im.test(bytes));

describe('the laptop gets byte for byte', () => {
  test.each(mine.map((vector) => [vector.name, vector] as const))('%s', async (_, vector) => {
    const before = podReceived();
    const client = await openRawClient(agent.port);
    const bytes = withKey(vector.bytes);
    const connections = laptop.received.length;
    client.write(bytes);
    await until(
      () => laptop.received.length > connections && fromLaptop().length >= bytes.length,
      'the request',
    );
    expect(fromLaptop()).toBe(bytes);
    expect(podReceived()).toBe(before);
    expect(client.text()).toBe('');
    client.socket.destroy();
  });
});

/** The answer with one more line at the end of its final head, and nothing else. */
const withMark = (bytes: string): string => {
  const interims = /^(?:HTTP\/1\.[01] 1(?!01)\d\d?[\s\S]*?\r\n\r\n)*/.exec(bytes)?.[0].length ?? 0;
  const headEnd = bytes.indexOf('\r\n\r\n', interims) + 2;
  return bytes.slice(0, headEnd) + mark + bytes.slice(headEnd);
};

const hasFinalHead = (bytes: string): boolean =>
  bytes.replace(/^HTTP\/1\.1 1[\s\S]*?\r\n\r\n/, '').includes('\r\n\r\n');

const ask = (method: string): string => `${method} / HTTP/1.1\r\nHost: a\r\n${keyLine}\r\n`;

describe('answers of the laptop gain exactly the mark', () => {
  test.each(oddResponses.map((vector) => [vector.name, vector] as const))(
    '%s',
    async (_, { method, bytes, closeDelimited = false }) => {
      const client = await openRawClient(agent.port);
      const request = ask(method);
      answer = { after: request.length, bytes, end: closeDelimited };
      client.write(request);
      const expected = withMark(bytes);
      await client.until((text) => text.length >= expected.length);
      if (closeDelimited) expect(await client.closed).toBe('end');
      expect(client.text()).toBe(expected);
      client.socket.destroy();
    },
  );
});

describe('what the laptop answers is not passed on', () => {
  const behindAnswer = hostileResponses.filter(({ bytes }) => bytes.startsWith('HTTP/1.1 204'));
  const withinAnswer = hostileResponses.filter((vector) => !behindAnswer.includes(vector));

  test.each(withinAnswer.map((vector) => [vector.name, vector] as const))(
    '%s',
    async (_, { method, bytes, thenEnd = false, family }) => {
      const client = await openRawClient(agent.port);
      const before = podReceived();
      const request = ask(method);
      answer = { after: request.length, bytes, end: thenEnd };
      client.write(request);
      if (thenEnd && !hasFinalHead(bytes)) {
        // Nothing of an answer was there, and GET may be asked twice.
        const text = await client.until((now) => now.endsWith('\r\n\r\n') && now.includes(' 204 '));
        expect(text).toContain('\r\nx-byway-served-by: pod; reason=local_closed\r\n');
        client.socket.destroy();
        return;
      }
      const how = await client.closed;
      const text = client.text();
      const refused =
        /(^|\r\n\r\n)HTTP\/1\.1 502 /.test(text) &&
        text.includes('\r\nx-byway-error: local_invalid\r\n');
      const cut = withMark(bytes).startsWith(text) && (how === 'reset' || family === 'no content');
      expect({ refused, cut, how, text }).toMatchObject(refused ? { refused } : { cut: true });
      expect(podReceived()).toBe(before);
    },
  );

  // Its stream was for this one request, so the connection goes on without what came behind.
  test.each(behindAnswer.map((vector) => [vector.name, vector] as const))(
    '%s, behind the answer',
    async (_, { method, bytes }) => {
      const client = await openRawClient(agent.port);
      const request = ask(method);
      answer = { after: request.length, bytes, end: false };
      client.write(request);
      const head = `${withMark(bytes).split('\r\n\r\n', 1)[0]}\r\n\r\n`;
      await client.until((text) => text.length >= head.length);
      client.write('GET /next HTTP/1.1\r\nHost: a\r\n\r\n');
      await client.until((text) => text === `${head}HTTP/1.1 204 No Content\r\n\r\n`);
      client.socket.destroy();
    },
  );
});
