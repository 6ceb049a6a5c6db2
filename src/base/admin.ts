import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Address, formatAddress } from './address.ts';
import { messageOf, UserError } from './errors.ts';

const connectionsMax = 32;
const requestMilliseconds = 5_000;

export type Admin = {
  /** Where it listens. */
  readonly address: string;
  readonly close: () => void;
};

/**
 * Serves `GET /healthz` and `GET /metrics` to whoever can reach the address. Rejects with a
 * `UserError` that names `flag` when it can't be had.
 */
export const startAdmin = async (
  listen: Address,
  flag: string,
  metrics: () => string,
): Promise<Admin> => {
  const timeouts = { requestTimeout: requestMilliseconds, headersTimeout: requestMilliseconds };
  const server = createServer(timeouts, (request, response) => answer(request, response, metrics));
  server.maxConnections = connectionsMax;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      const message = `Can't listen on ${formatAddress(listen)}: ${messageOf(error)}.`;
      const hint = `Stop what uses the address, or choose another with ${flag}.`;
      reject(new UserError(message, { cause: error, hint }));
    });
    server.listen(listen, resolve);
  });
  // Such as no more file descriptors: the next connection may find one.
  server.on('error', () => {});
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening');
  return {
    address: formatAddress({ host: address.address, port: address.port }),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
};

const answer = (
  { method, url }: IncomingMessage,
  response: ServerResponse,
  metrics: () => string,
): void => {
  const path = url?.split('?', 1)[0];
  if (path !== '/healthz' && path !== '/metrics') end(response, 404, 'not found\n');
  else if (method !== 'GET' && method !== 'HEAD') end(response, 405, 'GET or HEAD\n');
  else if (path === '/healthz') end(response, 200, 'ok\n');
  else end(response, 200, metrics(), 'text/plain; version=0.0.4; charset=utf-8');
};

const end = (
  response: ServerResponse,
  status: number,
  text: string,
  type = 'text/plain; charset=utf-8',
): void => {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
  });
  response.end(text);
};
