import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { systemCode } from '../base/errors.ts';
import { ConnectFault } from './connect-fault.ts';
import { upgradeMsMax } from './limits.ts';
import { requestOn } from './request-on.ts';

/**
 * Asks the proxy at the other end of `socket` for a connection to `target`, which is `HOST:PORT`
 * (RFC 9110 9.3.6). Resolves when the socket is that connection, in 5 s at most. Rejects with a
 * `ConnectFault` that names the proxy, but neither its user nor its password.
 */
export const askProxy = (socket: Socket, proxy: URL, target: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const credentials = credentialsOf(proxy);
    const request = requestOn(socket, {
      method: 'CONNECT',
      path: target,
      headers: {
        host: target,
        ...(credentials === undefined ? {} : { 'proxy-authorization': credentials }),
      },
    });
    const timer = setTimeout(() => {
      request.destroy(new ConnectFault(`The proxy ${proxy.host} does not answer`, look(target)));
    }, upgradeMsMax);
    request.on('error', (error) => {
      clearTimeout(timer);
      reject(brokenOff(proxy, target, error));
    });
    request.once('connect', ({ statusCode = 0 }: IncomingMessage, _: Socket, head: Buffer) => {
      clearTimeout(timer);
      if (statusCode < 200 || statusCode > 299) {
        socket.destroy();
        reject(refused(proxy, target, statusCode));
        return;
      }
      if (head.length > 0) socket.unshift(head);
      resolve();
    });
    request.end();
  });

const look = (target: string): string =>
  `Look at HTTPS_PROXY and HTTP_PROXY; to go without the proxy   NO_PROXY=${target.replace(/:\d+$/, '')}`;

const refused = (proxy: URL, target: string, status: number): ConnectFault => {
  if (status === 407) {
    const what = credentialsOf(proxy) === undefined ? 'wants a user' : 'does not accept the user';
    return new ConnectFault(
      `The proxy ${proxy.host} ${what} and password`,
      `Put them into the variable   HTTPS_PROXY=${proxy.protocol}//USER:PASSWORD@${proxy.host}`,
    );
  }
  const how = status === 403 ? 'does not allow' : `answers ${status} to`;
  return new ConnectFault(`The proxy ${proxy.host} ${how} connections to ${target}`, look(target));
};

const brokenOff = (proxy: URL, target: string, error: unknown): ConnectFault => {
  if (error instanceof ConnectFault) return error;
  const why = systemCode(error)?.startsWith('HPE_') === true ? 'does not speak HTTP' : 'broke off';
  return new ConnectFault(`The proxy ${proxy.host} ${why}`, look(target), error);
};

/** Of the Basic scheme (RFC 7617). */
const credentialsOf = ({ username, password }: URL): string | undefined => {
  if (username === '' && password === '') return undefined;
  const text = `${decoded(username)}:${decoded(password)}`;
  return `Basic ${Buffer.from(text).toString('base64')}`;
};

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // A bare percent sign in a password.
  }
};
