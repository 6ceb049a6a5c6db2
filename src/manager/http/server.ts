import {
  createServer,
  type ServerOptions as HttpOptions,
  type IncomingMessage,
  type Server,
  ServerResponse,
} from 'node:http';
import { createServer as createSecureServer, type Server as SecureServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { messageOf, systemCode } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import {
  addressesSeenMax,
  connectionsMax,
  headMsMax,
  keepAliveMs,
  pendingConnectionsMax,
  requestMsMax,
  upgradesPerAddressBurst,
  upgradesPerAddressPerSecond,
} from '../limits.ts';
import { Rates } from '../tunnels/rates.ts';
import { sendProblem } from './answers.ts';
import { ApiProblem } from './api-problem.ts';
import type { Certificate } from './certificate.ts';
import { boundPending } from './pending.ts';
import type { Refusals } from './refusals.ts';
import type { Router } from './router.ts';

export type ServerOptions = {
  readonly router: Router;
  readonly version: string;
  readonly log: Log;
  readonly refusals: Refusals;
};

const httpOptions: HttpOptions = {
  headersTimeout: headMsMax,
  requestTimeout: requestMsMax,
  keepAliveTimeout: keepAliveMs,
  connectionsCheckingInterval: 1_000,
};

/** The HTTP/1.1 server of the API, not yet listening. */
export const createApiServer = (options: ServerOptions): Server =>
  serveWith(options, createServer(httpOptions));

/** The same in TLS, with HTTP/1.1 only. */
export const createSecureApiServer = (
  options: ServerOptions,
  { cert, key }: Certificate,
): SecureServer => {
  const server = createSecureServer({
    ...httpOptions,
    cert,
    key,
    handshakeTimeout: headMsMax,
    ALPNProtocols: ['http/1.1'],
  });
  // Node would have a status line written to a connection that has no keys yet.
  server.removeAllListeners('tlsClientError');
  server.on('tlsClientError', (_, socket) => {
    options.refusals.count('tls_handshake');
    socket.destroy();
  });
  return serveWith(options, server);
};

const serveWith = <S extends Server | SecureServer>(options: ServerOptions, server: S): S => {
  const { router, log, refusals } = options;
  const rates = new Rates({
    perSecond: upgradesPerAddressPerSecond,
    burst: upgradesPerAddressBurst,
    keysMax: addressesSeenMax,
  });
  server.maxConnections = connectionsMax;
  server.on('drop', () => refusals.count('connections'));
  boundPending(server, pendingConnectionsMax, () => refusals.count('pending'));
  server.on('request', router.serve);
  server.on('upgrade', (request, socket, head) => upgrade(options, rates, request, socket, head));
  server.on('clientError', refuseMalformed);
  server.on('error', (error) => log.error({ error: messageOf(error) }, 'server failed'));
  return server;
};

const upgrade = (
  { router, version, log, refusals }: ServerOptions,
  rates: Rates,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): void => {
  socket.on('error', () => {}); // Told by close, to whoever has the connection then.
  try {
    if (!rates.take(request.socket.remoteAddress ?? '', performance.now())) {
      const wait = { 'retry-after': '1' };
      throw new ApiProblem('too_many', 'Too many upgrades from this address.', {}, wait);
    }
    const take = router.upgrade(request);
    if (take === undefined) {
      // Many clients offer h2c on every first request; an offer may be passed over (RFC 9110 7.8).
      void router.serve(request, plainResponse(request, socket));
      return;
    }
    take(socket, head).catch((error: unknown) => {
      log.warn({ error: messageOf(error) }, 'tunnel failed');
      socket.destroy();
    });
  } catch (error) {
    sendProblem(plainResponse(request, socket), error, { version, log, refusals });
  }
};

/** An answer on a connection that Node gave up for an upgrade; it is the last one there. */
const plainResponse = (request: IncomingMessage, socket: Duplex): ServerResponse => {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket as Parameters<ServerResponse['assignSocket']>[0]);
  response.once('finish', () => socket.end());
  return response;
};

const refusals: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/** A connection without a whole request gets a status line and no more. */
const refuseMalformed = (error: Error, socket: Duplex): void => {
  const status = refusals[systemCode(error) ?? ''] ?? '400 Bad Request';
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const head = `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`;
  socket.end(head, () => socket.destroy());
};
