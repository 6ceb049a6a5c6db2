import { type ClientRequest, request as requestHttp } from 'node:http';
import type { Socket } from 'node:net';

export type RequestOn = {
  readonly method: 'GET' | 'POST' | 'CONNECT';
  /** What is asked for: a path, or of CONNECT the `HOST:PORT`. */
  readonly path: string;
  /** All of them, `host` too. */
  readonly headers: Readonly<Record<string, string | number>>;
};

/** An HTTP/1.1 request, not yet ended, on a connection that is there already and only for it. */
export const requestOn = (socket: Socket, { method, path, headers }: RequestOn): ClientRequest =>
  requestHttp({ createConnection: () => socket, setHost: false, method, path, headers });
