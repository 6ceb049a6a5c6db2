import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { rootCertificates, connect as startTls } from 'node:tls';
import { messageOf, systemCode, UserError } from '../base/errors.ts';
import { explainTls } from './certificate-fault.ts';
import { ConnectFault } from './connect-fault.ts';
import { connectMsMax } from './limits.ts';
import { askProxy } from './proxy.ts';
import type { Way } from './way.ts';

/**
 * Connects to the manager, through its proxy if it has one, in TLS if its address says so. TCP and
 * TLS have 2 s each, a proxy 5 s to answer. Rejects with a `ConnectFault` for a certificate that
 * is not good and for all that a proxy does, a `UserError` of kind `unreachable` when time is up, a
 * system error, or the signal's reason.
 */
export const connectTo = async (way: Way, signal: AbortSignal): Promise<Socket> => {
  signal.throwIfAborted();
  const { manager, ca, proxy } = way;
  const socket =
    proxy === undefined ? await tcpTo(manager, signal) : await through(proxy, way, signal);
  return manager.protocol === 'https:' ? await tlsOver(socket, manager, ca, signal) : socket;
};

const through = async (proxy: URL, { manager, ca }: Way, signal: AbortSignal): Promise<Socket> => {
  const target = `${manager.hostname}:${portOf(manager)}`;
  const socket = await reach(proxy, ca, signal);
  const stop = (): void => void socket.destroy(asError(signal.reason));
  signal.addEventListener('abort', stop, { once: true });
  try {
    await askProxy(socket, proxy, target);
    return socket;
  } catch (error) {
    socket.destroy();
    throw signal.aborted ? signal.reason : error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
};

const reach = async (proxy: URL, ca: string | undefined, signal: AbortSignal): Promise<Socket> => {
  try {
    const socket = await tcpTo(proxy, signal);
    return proxy.protocol === 'https:' ? await tlsOver(socket, proxy, ca, signal) : socket;
  } catch (error) {
    if (signal.aborted || error instanceof ConnectFault) throw error;
    throw new ConnectFault(
      `The proxy ${proxy.host} can't be reached (${systemCode(error) ?? messageOf(error)})`,
      'Look at HTTPS_PROXY and HTTP_PROXY.',
      error,
    );
  }
};

const tcpTo = (url: URL, signal: AbortSignal): Promise<Socket> => {
  const socket = connectTcp({ host: hostOf(url), port: portOf(url), noDelay: true });
  return within(socket, 'connect', url, signal);
};

const tlsOver = async (
  socket: Socket,
  url: URL,
  ca: string | undefined,
  signal: AbortSignal,
): Promise<Socket> => {
  const host = hostOf(url);
  const secure = startTls({
    socket,
    host,
    // A server name is never an address (RFC 6066 3).
    servername: isIP(host) === 0 ? host : '',
    ALPNProtocols: ['http/1.1'],
    ...(ca === undefined ? {} : { ca: [...rootCertificates, ca] }),
  });
  try {
    return await within(secure, 'secureConnect', url, signal);
  } catch (error) {
    socket.destroy();
    throw explainTls(error, url.host);
  }
};

/** Waits for the event; whatever goes wrong before destroys the socket. */
const within = (
  socket: Socket,
  event: 'connect' | 'secureConnect',
  url: URL,
  signal: AbortSignal,
): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      const message = `No connection to ${url.host} within ${connectMsMax / 1000} s.`;
      socket.destroy(new UserError(message, { kind: 'unreachable' }));
    }, connectMsMax);
    const stop = (): void => void socket.destroy(asError(signal.reason));
    const settle = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    };
    signal.addEventListener('abort', stop, { once: true });
    socket.once('close', () => {
      settle();
      reject(new Error(`The connection to ${url.host} closed.`));
    });
    socket.on('error', (error) => {
      settle();
      reject(error);
    });
    socket.once(event, () => {
      settle();
      resolve(socket);
    });
  });

const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '');

const portOf = ({ port, protocol }: URL): number => {
  if (port !== '') return Number(port);
  return protocol === 'https:' ? 443 : 80;
};

const asError = (reason: unknown): Error =>
  reason instanceof Error ? reason : new Error(String(reason));
