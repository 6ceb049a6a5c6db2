import type { Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { cleanUp } from '../../manager/world.ts';
import { openRawClient, type RawClient } from '../../support/raw-client.ts';
import { until } from '../../support/until.ts';
import { startWhole, type Whole, type WholeOptions } from './whole.ts';

afterEach(cleanUp);

// More than all windows and socket buffers on the way can hold.
const bodyBytes = 40 * 1024 * 1024;
const body = Buffer.alloc(bodyBytes, 'byway ');
const withLength = `HTTP/1.1 200 OK\r\nContent-Length: ${bodyBytes}\r\n\r\n`;
const untilClose = 'HTTP/1.1 200 OK\r\n\r\n';
const mark = 'x-byway-served-by: pricing@laptop\r\n';

const onRequest =
  (act: (socket: Socket) => void): WholeOptions['app'] =>
  (socket, text) => {
    if (text.endsWith('\r\n\r\n')) act(socket);
  };

/** Asks and then doesn't read until what is on the way stands still. */
const askSlowly = async (whole: Whole): Promise<RawClient> => {
  const client = await openRawClient(whole.agentPort);
  client.write(`GET / HTTP/1.1\r\nHost: a\r\nx-byway-id: ${whole.key}\r\n\r\n`);
  await client.until((text) => text.includes('served-by'));
  client.socket.pause();
  let before = -1;
  await until(async () => {
    await new Promise((resolve) => setTimeout(resolve, 50));
    const unsent = whole.app.at(-1)?.writableLength ?? 0;
    const still = unsent === before;
    before = unsent;
    return still;
  }, 'a standstill');
  return client;
};

const lengthOf = ({ socket }: RawClient): number => socket.bytesRead;

test.each([
  ['with a length', withLength],
  ['until the end of the connection', untilClose],
])('a whole answer %s arrives whole although the app closed long before', async (_, head) => {
  const whole = await startWhole({
    app: onRequest((socket) => {
      socket.write(head);
      socket.write(body);
      socket.destroySoon();
    }),
  });
  const client = await askSlowly(whole);
  client.socket.resume();
  await until(() => lengthOf(client) === head.length + mark.length + bodyBytes, 'all of it');
  if (head === untilClose) expect(await client.closed).toBe('end');
  expect(client.bytes().subarray(-bodyBytes).equals(body)).toBe(true);
  expect(whole.counts()).toMatchObject({ answered: 1, failed: {} });
});

test.each([
  ['the app resets', (whole: Whole) => whole.app.at(-1)?.resetAndDestroy(), 'local_closed'],
  ['the session dies', (whole: Whole) => whole.killLaptop(), 'laptop_gone'],
  ['the manager dies', (whole: Whole) => whole.killManager(), 'manager_gone'],
])('an answer until the end of the connection is broken off when %s', async (_, act, reason) => {
  const whole = await startWhole({
    app: onRequest((socket) => {
      socket.write(untilClose);
      socket.write(body);
    }),
  });
  const client = await askSlowly(whole);
  await act(whole);
  client.socket.resume();
  expect(await client.closed).toBe('reset');
  expect(lengthOf(client)).toBeLessThan(bodyBytes);
  expect(whole.counts()).toMatchObject({ answered: 0, failed: { [reason]: 1 } });
});

test('an answer that came before the end of a large request arrives whole', async () => {
  const answer = 'HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nno\n';
  const whole = await startWhole({
    app: (socket, text) => {
      if (socket.writable && text.includes('\r\n\r\n')) socket.end(answer);
    },
  });
  const client = await openRawClient(whole.agentPort);
  client.write(
    `POST / HTTP/1.1\r\nHost: a\r\nx-byway-id: ${whole.key}\r\nContent-Length: ${bodyBytes}\r\n\r\n`,
  );
  client.write(body);
  await client.until((text) => text.endsWith('no\n'));
  expect(whole.counts()).toMatchObject({ answered: 1, failed: {} });
  client.socket.destroy();
});
