import { afterEach, describe, expect, test } from 'vitest';
import { AnswerReader } from '../../../src/agent/http1/answers.ts';
import type { Exchange } from '../../../src/agent/http1/exchange.ts';
import { RequestReader } from '../../../src/agent/http1/requests.ts';
import { openRawClient } from '../../support/raw-client.ts';
import { startRawServer } from '../../support/raw-server.ts';
import { key, laptopOn, rule, startAgent } from '../start-agent.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const request = `GET /cart HTTP/1.1\r\nHost: shop\r\nx-byway-id: ${key}\r\n\r\n`;

/** A server that answers each request with a number of its own behind the same head. */
const numbering = async (name: string): Promise<{ port: number }> => {
  let number = 0;
  const server = await startRawServer((socket) => {
    number += 1;
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n${name.padEnd(6)}${number % 10};`);
  });
  closers.push(server.close);
  return server;
};

describe('the same head again and again', () => {
  test('is decided anew each time, and each answer keeps its own body', async () => {
    const pod = await numbering('pod');
    const laptop = await numbering('laptop');
    const agent = await startAgent(pod.port, laptopOn(laptop.port));
    closers.push(agent.server.close);
    const client = await openRawClient(agent.port);
    const answers: string[] = [];
    const ask = async (times: number): Promise<void> => {
      for (let time = 0; time < times; time++) {
        client.write(request);
        await client.until((text) => text.split(';').length === answers.length + 2);
        answers.push(client.text().split(';').at(-2)?.slice(-7) ?? '');
      }
    };
    await ask(3);
    agent.rules(rule(pod.port));
    await ask(3);
    agent.rules();
    await ask(2);
    const expected = ['pod   1', 'pod   2', 'pod   3', 'laptop1', 'laptop2', 'laptop3'];
    expect(answers).toEqual([...expected, 'pod   4', 'pod   5']);
    expect(client.text().split('x-byway-served-by').length - 1).toBe(3);
  });

  test('goes with the body behind it, whole or cut anywhere', async () => {
    const head = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n';
    const sent = ['first', 'GET /', '\r\n\r\n\n', '56789'].map((body) => head + body).join('');
    for (let cut = 0; cut <= sent.length; cut++) {
      const forwarded: string[] = [];
      let complete = 0;
      const reader = new RequestReader({
        ready: () => true,
        begin: (_, bytes) => forwarded.push(bytes.toString('latin1')) > 0,
        more: (bytes) => void forwarded.push(bytes.toString('latin1')),
        complete: () => {
          complete += 1;
        },
        faulty: ({ message }) => expect.unreachable(message),
      });
      for (const piece of [sent.slice(0, cut), sent.slice(cut)]) reader.take(Buffer.from(piece));
      expect(forwarded.join('')).toBe(sent);
      expect(complete).toBe(4);
    }
  });
});

// The memory of a head that is remembered is written over by the next other head, while a write may
// still hold what was forwarded.
describe('what is forwarded lies in the memory that it came in', () => {
  test('of a request', () => {
    const pieces = Array.from({ length: 3 }, () => Buffer.from(request));
    const forwarded: ArrayBufferLike[] = [];
    const reader = new RequestReader({
      ready: () => true,
      begin: (_, bytes) => forwarded.push(bytes.buffer) > 0,
      more: () => {},
      complete: () => {},
      faulty: ({ message }) => expect.unreachable(message),
    });
    for (const piece of pieces) reader.take(piece);
    expect(forwarded.length).toBe(3);
    expect(forwarded.every((memory, index) => memory === pieces[index]?.buffer)).toBe(true);
  });

  test.each([
    ['an answer', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'],
    ['an interim answer', 'HTTP/1.1 103 Early Hints\r\n\r\n'],
    ['a change of protocol', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
  ])('of %s', (_, head) => {
    const exchange: Exchange = {
      method: 'GET',
      persistent: true,
      switches: true,
      verdict: undefined,
      servedBy: undefined,
    };
    const forwarded: ArrayBufferLike[] = [];
    const reader = new AnswerReader({
      forward: ({ buffer }) => void forwarded.push(buffer),
      marks: () => [],
      answered: () => {},
      switched: () => {},
      faulty: (__, reason) => expect.unreachable(reason),
    });
    const piece = Buffer.allocUnsafeSlow(head.length * 2);
    piece.write(head.repeat(2), 'latin1');
    for (let time = 0; time < 2; time++) reader.expect(exchange);
    reader.take(piece);
    expect(forwarded.length).toBeGreaterThan(0);
    expect(forwarded.every((memory) => memory === piece.buffer)).toBe(true);
  });
});
