import type { Socket } from 'node:net';
import { ResetAwareSocket } from '../../src/base/reset-aware-socket.ts';

/** A TCP connection that keeps what it gets. */
export type RawClient = {
  readonly socket: Socket;
  readonly text: () => string;
  readonly bytes: () => Buffer;
  readonly write: (bytes: string | Buffer) => void;
  /** Resolves when what has come satisfies the test; rejects when the connection ends before. */
  readonly until: (satisfied: (text: string) => boolean) => Promise<string>;
  /** Resolves when the other side has ended or reset the connection. */
  readonly closed: Promise<'end' | 'reset'>;
};

export const openRawClient = async (port: number): Promise<RawClient> => {
  const socket = new ResetAwareSocket({ allowHalfOpen: true });
  socket.setNoDelay(true).connect({ port, host: '127.0.0.1' });
  const chunks: Buffer[] = [];
  const waiting = new Set<() => void>();
  const look = (): void => {
    for (const check of waiting) check();
  };
  let over: 'end' | 'reset' | undefined;
  const closed = new Promise<'end' | 'reset'>((resolve) => {
    const finish = (how: 'end' | 'reset'): void => {
      over ??= how;
      resolve(over);
      look();
    };
    socket.on('end', () => finish('end'));
    socket.on('error', () => finish('reset'));
    socket.on('close', (failed) => finish(failed ? 'reset' : 'end'));
  });
  socket.on('data', (bytes) => {
    chunks.push(bytes);
    look();
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  const bytes = (): Buffer => Buffer.concat(chunks);
  const text = (): string => bytes().toString('latin1');
  return {
    socket,
    text,
    bytes,
    write: (data) => void socket.write(data, 'latin1' as BufferEncoding),
    until: (satisfied) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          const now = text();
          if (satisfied(now)) resolve(now);
          else if (over !== undefined) reject(new Error(`${over} after ${JSON.stringify(now)}`));
          else return;
          waiting.delete(check);
        };
        waiting.add(check);
        check();
      }),
    closed,
  };
};
