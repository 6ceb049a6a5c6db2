import { once } from 'node:events';
import { createServer } from 'node:net';
import { systemCode } from '../base/errors.ts';

/** `preferred` when nothing listens there, otherwise a free port. */
export const choosePort = async (preferred: number): Promise<number> =>
  (await isFree(preferred)) ? preferred : await freePort();

// Both families: `localhost` may mean either, and a stranger's answer would be confusing.
const isFree = async (port: number): Promise<boolean> =>
  (await canListen(port, '127.0.0.1')) && (await canListen(port, '::1'));

const canListen = async (port: number, host: string): Promise<boolean> => {
  try {
    await listenOnce(port, host);
    return true;
  } catch (error) {
    const code = systemCode(error);
    // A machine without IPv6 has nobody there either.
    return host === '::1' && (code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT');
  }
};

/** A port that nobody listened on a moment ago. */
export const freePort = (): Promise<number> => listenOnce(0, '127.0.0.1');

const listenOnce = async (port: number, host: string): Promise<number> => {
  const server = createServer();
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address();
  const closed = once(server, 'close');
  server.close();
  await closed;
  return typeof address === 'object' && address !== null ? address.port : port;
};
