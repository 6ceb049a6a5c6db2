import { createServer, type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { messageOf, systemCode } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { connectionsMax, headMsMax, keepAliveMs, requestMsMax } from '../limits.ts';
import { sendProblem } from './answers.ts';
import type { Router } from './router.ts';

export type ServerOptions = {
  readonly router: Router;
  readonly version: string;
  readonly log: Log;
};

/** The HTTP/1.1 server of the API, not yet listening. */
export const createApiServer = (options: ServerOptions): Server => {
  const { router, log } = options;
  const server = createServer({
    headersTimeout: headMsMax,
    requestTimeout: requestMsMax,
    keepAliveTimeout: keepAliveMs,
    connectionsCheckingInterval: 1_000,
  });
  server.maxConnections = connectionsMax;
  server.on('request', router.serve);
  server.on('upgrade', (request, socket, head) => upgrade(options, request, socket, head));
  server.on('clientError', refuseMalformed);
  server.on('error', (error) => log.error({ error: messageOf(error) }, 'server failed'));
  return server;
};

const upgrade = (
  { router, version, log }: ServerOptions,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): void => {
  socket.on('error', () => {}); // Told by close, to whoever has the connection then.
  try {
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
    sendProblem(plainResponse(request, socket), error, { version, log });
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
