import { createServer } from 'node:net';
import { UserError } from '../../base/errors.ts';
import type { SocketWire } from '../../base/wire/socket-wire.ts';
import { dialWire } from '../../base/wire/sockets.ts';

/**
 * Milliseconds for one connection on this machine. When the queue of a busy app is full, the system
 * asks again after one and after three seconds; the agent waits for five.
 */
const connectMsMax = 4_000;

const hosts = ['127.0.0.1', '::1'] as const;

/** A port of this machine, whichever of the two loopback addresses the app listens on. */
export type LocalPort = {
  readonly port: number;
  /**
   * A half-open TCP connection to the app, paused: set its handler, then `resume`. Rejects when
   * both addresses refuse, or when an app that is there does not accept within 4 s.
   */
  readonly connect: () => Promise<SocketWire>;
};

export const localPort = (port: number): LocalPort => {
  let order: readonly string[] = hosts;
  return {
    port,
    connect: async () => {
      let failure: unknown;
      for (const host of order) {
        try {
          const socket = await connectTo(host, port);
          // The next connection tries first what worked.
          order = [host, ...hosts.filter((other) => other !== host)];
          return socket;
        } catch (error) {
          failure = error;
          // Somebody is there, and too busy: nobody would be at the other address.
          if (error instanceof NotAccepted) break;
        }
      }
      throw failure;
    },
  };
};

class NotAccepted extends Error {}

const connectTo = (host: string, port: number): Promise<SocketWire> =>
  new Promise((resolve, reject) => {
    const wire = dialWire({ host, port });
    wire.pause();
    const { stream: socket } = wire;
    const timer = setTimeout(
      () => socket.destroy(new NotAccepted(`${host}:${port} did not accept in time.`)),
      connectMsMax,
    );
    socket.once('error', reject);
    socket.once('close', () => clearTimeout(timer));
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.off('error', reject);
      resolve(wire);
    });
  });

/** Whether something accepts connections there now. */
export const isListening = async (port: LocalPort): Promise<boolean> => {
  try {
    (await port.connect()).stream.destroy();
    return true;
  } catch {
    return false; // Whatever the reason: nobody would get an answer there.
  }
};

/** A port that nobody uses at this moment. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address !== null && typeof address === 'object') resolve(address.port);
        else reject(new UserError('The system gave no free port.'));
      });
    });
  });
