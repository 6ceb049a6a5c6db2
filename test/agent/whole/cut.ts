import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A TCP relay in front of a port that can be cut as if the program behind it were killed. */
export type Cut = {
  readonly port: number;
  /** Resets all connections; new ones are refused until `mend`. */
  readonly cut: () => Promise<void>;
  readonly mend: () => Promise<void>;
};

export const startCut = async (to: number): Promise<Cut> => {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
    return socket;
  };
  const join = (one: Socket): void => {
    const other = keep(connect({ port: to, host: '127.0.0.1', noDelay: true }));
    keep(one).pipe(other).pipe(one);
    one.once('close', () => other.destroy());
    other.once('close', () => one.destroy());
  };
  const listen = (port: number): Promise<Server> =>
    new Promise((resolve, reject) => {
      const server = createServer({ noDelay: true }, join).once('error', reject);
      server.listen(port, '127.0.0.1', () => resolve(server));
    });
  let server = await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    port,
    cut: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.resetAndDestroy();
      await closed;
    },
    mend: async () => {
      server = await listen(port);
    },
  };
};
