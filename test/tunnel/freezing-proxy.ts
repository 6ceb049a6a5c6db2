import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export type FreezingProxy = {
  readonly url: URL;
  /** Connections so far. */
  readonly connections: () => number;
  /** Packets vanish from now on, in both directions, on connections that are there. */
  readonly freeze: () => void;
  /** New connections are accepted and carry nothing. */
  readonly freezeNew: (frozen: boolean) => void;
  readonly thaw: () => void;
  readonly stop: () => Promise<void>;
};

/** A network in between that can stop to forward, without a FIN or RST that anyone could notice. */
export const startFreezingProxy = async (target: URL): Promise<FreezingProxy> => {
  const sockets: Socket[] = [];
  let newFrozen = false;
  let connections = 0;
  const server = createServer((near) => {
    connections += 1;
    const far = connect(Number(target.port), target.hostname);
    join(near, far);
    join(far, near);
    sockets.push(near, far);
    if (newFrozen) for (const socket of [near, far]) socket.pause();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: new URL(`http://127.0.0.1:${port}`),
    connections: () => connections,
    freeze: () => {
      for (const socket of sockets) socket.pause();
    },
    freezeNew: (frozen) => {
      newFrozen = frozen;
    },
    thaw: () => {
      for (const socket of sockets) socket.resume();
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
};

const join = (from: Socket, to: Socket): void => {
  from.on('data', (chunk) => to.write(chunk));
  from.on('error', () => {});
  from.once('close', () => to.destroy());
};
