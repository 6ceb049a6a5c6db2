import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { ResetAwareSocket } from '../../src/base/reset-aware-socket.ts';

/** How a connection ends for a reader who lets the bytes and the end wait until both are there. */
const endOf = async (finish: (socket: Socket) => void): Promise<string> => {
  let ended = (): void => {};
  const over = new Promise<void>((resolve) => {
    ended = resolve;
  });
  const server = createServer((peer) => {
    peer.on('error', () => {});
    peer.once('close', ended);
    peer.once('data', () => peer.write('some bytes', () => finish(peer)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const socket = new ResetAwareSocket({ allowHalfOpen: true });
  socket.connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' });
  socket.pause();
  socket.write('go');
  const how = new Promise<string>((resolve) => {
    socket.once('end', () => resolve('end'));
    socket.once('error', (error) => resolve(error.message));
  });
  await over;
  socket.resume();
  const result = await how;
  socket.destroy();
  server.close();
  return result;
};

test('a reset right behind the last bytes is a reset', async () => {
  expect(await endOf((peer) => peer.resetAndDestroy())).toBe('read ECONNRESET');
});

test('an end is an end', async () => {
  expect(await endOf((peer) => peer.destroySoon())).toBe('end');
});
