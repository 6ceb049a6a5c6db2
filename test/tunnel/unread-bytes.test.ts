import { EventEmitter } from 'node:events';
import type { Http2Session, Http2Stream } from 'node:http2';
import { expect, test } from 'vitest';
import { UnreadBytes } from '../../src/tunnel/unread-bytes.ts';

const megabyte = 1024 * 1024;

const startTunnel = (unread: UnreadBytes) => {
  const windows: (number | undefined)[] = [];
  const session = Object.assign(new EventEmitter(), {
    closed: false,
    destroyed: false,
    settings: ({ initialWindowSize }: { readonly initialWindowSize?: number }) =>
      void windows.push(initialWindowSize),
  });
  const watch = unread.watch(session as unknown as Http2Session);
  const open = (readableLength: number) => {
    const stream = Object.assign(new EventEmitter(), { readableLength });
    watch(stream as unknown as Http2Stream);
    return stream;
  };
  return { windows, session, open };
};

test('windows shrink in all tunnels when too much is unread, and grow again later', () => {
  const unread = new UnreadBytes();
  const [one, other] = [startTunnel(unread), startTunnel(unread)];
  const streams = Array.from({ length: 16 }, () => one.open(4 * megabyte));
  unread.look(0);
  expect(one.windows).toEqual([]);
  const last = other.open(1);
  unread.look(0);
  expect([one.windows, other.windows]).toEqual([[65_536], [65_536]]);
  for (const stream of streams) stream.readableLength = 0;
  unread.look(4_999);
  expect(unread.isStrained).toBe(true);
  unread.look(5_000);
  expect([one.windows, other.windows]).toEqual([
    [65_536, 4 * megabyte],
    [65_536, 4 * megabyte],
  ]);
  for (const stream of [...streams, last]) stream.emit('close');
  unread.look(5_000);
});

test('a tunnel that comes while windows are small has small ones; one that closed is left alone', () => {
  const unread = new UnreadBytes();
  const first = startTunnel(unread);
  const stream = first.open(65 * megabyte);
  unread.look(0);
  const second = startTunnel(unread);
  expect(second.windows).toEqual([65_536]);
  second.session.emit('close');
  second.session.destroyed = true;
  stream.emit('close');
  expect(unread.total).toBe(0);
  unread.look(5_000);
  expect(first.windows).toEqual([65_536, 4 * megabyte]);
  expect(second.windows).toEqual([65_536]);
});
