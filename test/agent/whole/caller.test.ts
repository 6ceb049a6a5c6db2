import { afterEach, expect, test } from 'vitest';
import { cleanUp } from '../../manager/world.ts';
import { openRawClient, type RawClient } from '../../support/raw-client.ts';
import { until } from '../../support/until.ts';
import { startWhole, type Whole, type WholeOptions } from './whole.ts';

afterEach(cleanUp);

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((all, one) => all + one, 0);

/** Requests that matched and have no outcome: they must be under way. */
const open = (whole: Whole): number => {
  const { matched, answered, passed, failed } = whole.counts();
  return matched - answered - sum(passed) - sum(failed);
};

const post = (key: string, more: string, body: string): string =>
  `POST /a HTTP/1.1\r\nHost: shop\r\nx-byway-id: ${key}\r\n${more}\r\n\r\n${body}`;

const half = 'HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf';

type Case = {
  readonly name: string;
  readonly sent: (key: string) => string;
  readonly app?: WholeOptions['app'];
  /** Once the app has something of the request. */
  readonly act: (client: RawClient) => unknown;
  readonly reason: string;
};

const leave = ({ socket }: RawClient): unknown => socket.resetAndDestroy();
const cases: readonly Case[] = [
  {
    name: 'leaves while the app is busy',
    sent: (key) => post(key, 'Content-Length: 4', 'body'),
    act: leave,
    reason: 'caller_left',
  },
  {
    name: 'leaves in the middle of the request',
    sent: (key) => post(key, 'Content-Length: 8', 'body'),
    act: leave,
    reason: 'caller_left',
  },
  {
    name: 'ends in the middle of the request',
    sent: (key) => post(key, 'Content-Length: 8', 'body'),
    act: ({ socket }) => socket.end(),
    reason: 'caller_left',
  },
  {
    name: 'leaves in the middle of the answer',
    sent: (key) => post(key, 'Content-Length: 4', 'body'),
    app: (socket, all) => void (all.endsWith('body') && socket.write(half)),
    act: async (client) => {
      await client.until((text) => text.endsWith('half'));
      leave(client);
    },
    reason: 'caller_left',
  },
  {
    name: 'breaks the framing of the request',
    sent: (key) => post(key, 'Transfer-Encoding: chunked', '4\r\nbody\r\n'),
    act: (client) => client.write('no length\r\n'),
    reason: 'caller_invalid',
  },
];

test.each(cases)('a caller who $name is counted, once', async ({ sent, app, act, reason }) => {
  const whole = await startWhole({ app: app ?? (() => {}) });
  const client = await openRawClient(whole.agentPort);
  client.write(sent(whole.key));
  await until(() => whole.app.length === 1 && whole.appHas(sent(whole.key)), 'the request');
  expect(open(whole)).toBe(1);
  expect(whole.inFlight()).toBe(1);
  await act(client);
  await until(() => open(whole) === 0, 'an outcome');
  client.socket.destroy();
  await until(() => whole.inFlight() === 0, 'the end');
  expect(whole.counts()).toMatchObject({
    matched: 1,
    diverted: 1,
    answered: 0,
    passed: {},
    failed: { [reason]: 1 },
  });
});

test('a caller who leaves behind the whole answer is not counted again', async () => {
  const whole = await startWhole({
    app: (socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nyou'),
  });
  const client = await openRawClient(whole.agentPort);
  client.write(post(whole.key, 'Content-Length: 0', ''));
  await client.until((text) => text.endsWith('you'));
  leave(client);
  await client.closed;
  const other = await openRawClient(whole.agentPort);
  other.write(post(whole.key, 'Content-Length: 0', ''));
  await other.until((text) => text.endsWith('you'));
  expect(whole.counts()).toMatchObject({ matched: 2, answered: 2, passed: {}, failed: {} });
});
