import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';

/** A TCP server on a free port that keeps every byte that it gets. */
export type RawServer = {
  readonly port: number;
  /** What came on each connection, in the order of connecting. */
  readonly received: Buffer[];
  readonly sockets: Socket[];
  readonly close: () => Promise<void>;
};

/** `answer` is called with what has come so far on a connection, after each piece. */
export const startRawServer = async (
  answer: (socket: Socket, all: Buffer) => void = () => {},
  greet: (socket: Socket) => void = () => {},
): Promise<RawServer> => {
  const received: Buffer[] = [];
  const sockets: Socket[] = [];
  const server: Server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    const index = received.push(Buffer.alloc(0)) - 1;
    sockets.push(socket);
    socket.on('error', () => {});
    greet(socket);
    socket.on('data', (bytes) => {
      const all = Buffer.concat([received[index] ?? Buffer.alloc(0), bytes]);
      received[index] = all;
      answer(socket, all);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    received,
    sockets,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
