import { constants } from 'node:http2';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { type Arrival, acceptArrival } from '../../../src/tunnel/arrivals.ts';
import { cleanUp } from '../../manager/world.ts';
import { openRawClient, type RawClient } from '../../support/raw-client.ts';
import { until } from '../../support/until.ts';
import { duplexOf } from '../../tunnel/duplex-of.ts';
import { startWhole, type Whole } from './whole.ts';

afterEach(cleanUp);

const answerText = (more = ''): string => `HTTP/1.1 200 OK\r\n${more}Content-Length: 3\r\n\r\nyou`;

/** An app that gives an answer for each head, whatever it asks. */
const answering =
  (text = answerText(), then: (socket: Socket) => void = () => {}) =>
  (socket: Socket, all: string): void => {
    if (!all.endsWith('\r\n\r\n') && !all.endsWith('body!')) return;
    socket.write(text);
    then(socket);
  };

const requestText = (key: string, method: string, more: string, body: string): string => {
  const length = body === '' ? '' : `Content-Length: ${body.length}\r\n`;
  return `${method} /a HTTP/1.1\r\nHost: shop\r\nx-byway-id: ${key}\r\n${more}${length}\r\n${body}`;
};

type Asking = { readonly method?: string; readonly more?: string; readonly body?: string };

/** Sends one request on this connection; resolves with all that its answer is. */
const ask = async (
  whole: Whole,
  client: RawClient,
  { method = 'GET', more = '', body = '' }: Asking = {},
): Promise<string> => {
  const before = client.text().length;
  client.write(requestText(whole.key, method, more, body));
  const isWhole = (text: string): boolean => {
    const [, head, length] =
      /^(HTTP.*?content-length: (\d+).*?\r\n\r\n)/is.exec(text.slice(before)) ?? [];
    const bodyless = method === 'HEAD' || /^HTTP\/1.1 204/.test(text.slice(before));
    if (bodyless) return text.slice(before).endsWith('\r\n\r\n');
    return head !== undefined && text.length >= before + head.length + Number(length);
  };
  return (await client.until(isWhole)).slice(before);
};

const askAnew = async (whole: Whole, asking?: Asking): Promise<string> => {
  const client = await openRawClient(whole.agentPort);
  const answer = await ask(whole, client, asking);
  client.socket.end();
  await client.closed;
  return answer;
};

describe('a connection to the app', () => {
  test('serves one caller after another', async () => {
    const whole = await startWhole({ app: answering() });
    for (let times = 0; times < 5; times++) expect(await askAnew(whole)).toMatch(/\r\n\r\nyou$/);
    expect(whole.app).toHaveLength(1);
    expect(whole.counts()).toMatchObject({ diverted: 5, answered: 5 });
    expect(whole.inFlight()).toBe(0);
  });

  test('serves one request at a time', async () => {
    const held: Socket[] = [];
    const whole = await startWhole({
      app: (socket, all) => {
        if (all.endsWith('\r\n\r\n')) held.push(socket);
      },
    });
    const both = [askAnew(whole), askAnew(whole)];
    await until(() => held.length === 2);
    expect(whole.app).toHaveLength(2);
    for (const socket of held) socket.write(answerText());
    await Promise.all(both);
  });

  test.each<[string, Asking, string]>([
    ['a request to HEAD', { method: 'HEAD' }, answerText().slice(0, -3)],
    ['a request that expects', { more: 'Expect: 100-continue\r\n' }, answerText()],
    ['an answer of 204 with a length', {}, 'HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\n'],
    ['an answer of an app that closes in a second', {}, answerText('Keep-Alive: timeout=1\r\n')],
    ['an answer that closes', {}, answerText('Connection: close\r\n')],
    ['an answer with bytes behind it', {}, `${answerText()}HTTP/1.1 200 OK\r\n`],
  ])('is not used again after %s', async (_, asking, text) => {
    const whole = await startWhole({ app: answering(text) });
    await askAnew(whole, asking);
    await askAnew(whole, asking);
    expect(whole.app).toHaveLength(2);
  });

  test('is used again when its app keeps it for five seconds', async () => {
    const whole = await startWhole({ app: answering(answerText('Keep-Alive: timeout=5\r\n')) });
    await askAnew(whole);
    await askAnew(whole);
    expect(whole.app).toHaveLength(1);
  });

  test.each<[string, Asking]>([
    ['a body', { method: 'POST', body: 'body!' }],
    ['a name that an app may take for a length', { more: 'Content_Length: 500\r\n' }],
  ])('that had %s is left to the same caller', async (_, asking) => {
    const whole = await startWhole({ app: answering() });
    const client = await openRawClient(whole.agentPort);
    await ask(whole, client, asking);
    await ask(whole, client, asking);
    expect(whole.app).toHaveLength(1);
    await askAnew(whole);
    expect(whole.app).toHaveLength(2);
    await ask(whole, client, asking);
    expect(whole.app).toHaveLength(2);
  });

  test('that is answered before the body is whole is closed', async () => {
    const whole = await startWhole({
      app: (socket, all) => {
        if (/half$|\r\n\r\n$/.test(all)) socket.write(answerText());
      },
    });
    const client = await openRawClient(whole.agentPort);
    const text = requestText(whole.key, 'POST', '', 'half and more');
    client.write(text.slice(0, -' and more'.length));
    await client.until((all) => all.endsWith('you'));
    client.write(' and more');
    expect(await ask(whole, client)).toMatch(/\r\n\r\nyou$/);
    expect(whole.app).toHaveLength(2);
  });

  test('that its app closes while it is idle is not used, whatever the method', async () => {
    const whole = await startWhole({
      app: answering(answerText(), (socket) => void socket.end()),
    });
    for (let times = 0; times < 20; times++) {
      expect(await askAnew(whole, { method: 'POST', body: 'body!' })).toMatch(/\r\n\r\nyou$/);
    }
    expect(whole.counts()).toMatchObject({ answered: 20, failed: {} });
  });

  test.each([
    ['GET', {}, 'pod GET 0'],
    ['POST', { method: 'POST', body: 'body!' }, 'x-byway-error: local_closed'],
  ])('that closes on the second request may have seen it: %s', async (_, asking, expected) => {
    const whole = await startWhole({
      app: (socket, all) => {
        if (all.split('/a HTTP').length > 2) socket.destroySoon();
        else answering()(socket, all);
      },
    });
    const client = await openRawClient(whole.agentPort);
    await ask(whole, client, asking);
    expect(await ask(whole, client, asking)).toContain(expected);
  });
});

/**
 * A session that answers the first request of its first stream, and then refuses that stream: at
 * once, or when `refuse` is called.
 */
const refusing = (withEnd: boolean, atOnce = true) => {
  let refuse = (): void => {};
  const arrivals: string[] = [];
  const onArrival = (arrival: Arrival): void => {
    acceptArrival(arrival);
    const index = arrivals.push('') - 1;
    let answered = 0;
    duplexOf(arrival.stream).on('data', (bytes: Buffer) => {
      arrivals[index] += bytes.toString('latin1');
      answered += 1;
      if (index > 0 || answered === 1) duplexOf(arrival.stream).write(answerText());
      else {
        if (withEnd) arrival.stream.end();
        refuse = () => duplexOf(arrival.stream).close(constants.NGHTTP2_REFUSED_STREAM);
        if (atOnce) refuse();
      }
    });
  };
  return { arrivals, onArrival, refuse: () => refuse() };
};

test.each([
  ['reset', false],
  ['ended, then reset', true],
])('a stream that is %s with nothing written is replaced, once', async (_, withEnd) => {
  const { arrivals, onArrival } = refusing(withEnd);
  const whole = await startWhole({ app: () => {}, onArrival });
  const client = await openRawClient(whole.agentPort);
  const post = { method: 'POST', body: 'body!' };
  await ask(whole, client, post);
  expect(await ask(whole, client, post)).toMatch(/\r\n\r\nyou$/);
  expect(arrivals).toHaveLength(2);
  expect(arrivals[1]).toBe(requestText(whole.key, 'POST', '', 'body!'));
  expect(whole.counts()).toMatchObject({ diverted: 2, answered: 2, failed: {} });
});

test('the end of an idle stream is no verdict yet on the request that crossed it', async () => {
  const { arrivals, onArrival, refuse } = refusing(true, false);
  const whole = await startWhole({ app: () => {}, onArrival });
  const client = await openRawClient(whole.agentPort);
  const post = { method: 'POST', body: 'body!' };
  await ask(whole, client, post);
  const answer = ask(whole, client, post);
  await until(() => arrivals[0]?.split('POST').length === 3);
  // Its answer comes behind that end on the same way, so that the agent has seen it.
  expect(await askAnew(whole)).toMatch(/\r\n\r\nyou$/);
  refuse();
  expect(await answer).toMatch(/\r\n\r\nyou$/);
  expect(arrivals).toHaveLength(3);
  expect(whole.counts()).toMatchObject({ diverted: 3, answered: 3, failed: {} });
});

test('a request that would be too long to send again gets a stream of its own', async () => {
  const whole = await startWhole({ app: answering() });
  await askAnew(whole);
  await askAnew(whole, { method: 'POST', body: `${'b'.repeat(70_000)}body!` });
  expect(whole.app).toHaveLength(2);
});
