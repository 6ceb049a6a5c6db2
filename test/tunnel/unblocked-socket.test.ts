import { Duplex } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { unsentBytesMax } from '../../src/tunnel/limits.ts';
import { UnblockedSocket } from '../../src/tunnel/unblocked-socket.ts';

/** What stands for a socket; one that is stuck never finishes a write. */
const startSocket = (isStuck = false) => {
  const written: Buffer[] = [];
  const socket = new Duplex({
    read: () => {},
    write: (chunk, _encoding, done) => {
      written.push(chunk);
      if (!isStuck) done();
    },
  });
  return { socket, written };
};

test('pieces arrive whole and in order, small ones together', () => {
  const sizes = fc.array(fc.array(fc.oneof(fc.nat(9), fc.integer({ min: 4_000, max: 5_000 }))));
  fc.assert(
    fc.property(sizes, (batches) => {
      const { socket, written } = startSocket();
      const unblocked = new UnblockedSocket(socket);
      const sent: Buffer[] = [];
      let told = 0;
      for (const batch of batches) {
        unblocked.cork();
        for (const size of batch) {
          const piece = Buffer.alloc(size, sent.length);
          sent.push(piece);
          unblocked.write(piece, () => {
            told += 1;
          });
        }
        unblocked.uncork();
      }
      expect(Buffer.concat(written).equals(Buffer.concat(sent))).toBe(true);
      expect(told).toBe(sent.length);
    }),
  );
});

test('the pieces of a frame are one write', () => {
  const { socket, written } = startSocket();
  const unblocked = new UnblockedSocket(socket);
  unblocked.cork();
  for (const text of ['head', 'er', 'data']) unblocked.write(Buffer.from(text));
  expect(written).toEqual([]);
  unblocked.uncork();
  expect(written.map(String)).toEqual(['headerdata']);
});

test('a peer that lets too much pile up loses the connection', () => {
  const { socket } = startSocket(true);
  const unblocked = new UnblockedSocket(socket);
  let fault = '';
  unblocked.on('error', ({ message }) => {
    fault = message;
  });
  const piece = Buffer.alloc(16 * 1024 * 1024);
  for (let sent = 0; sent <= unsentBytesMax; sent += piece.length) unblocked.write(piece);
  expect(unblocked.destroyed).toBe(true);
  return new Promise<void>((resolve) => {
    unblocked.once('close', () => {
      expect(fault).toBe('The peer does not read what the tunnel sends.');
      expect(socket.destroyed).toBe(true);
      resolve();
    });
  });
});

test('a write after the end is told so', () => {
  const { socket, written } = startSocket();
  const unblocked = new UnblockedSocket(socket);
  const faults: string[] = [];
  unblocked.end();
  unblocked.write(Buffer.from('late'), (error) => void faults.push(String(error?.message)));
  expect(faults).toEqual(['The tunnel is closed.']);
  expect(written).toEqual([]);
});
