import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Socket } from 'node:net';
import * as v from 'valibot';
import { UserError } from '../base/errors.ts';
import { problemSchema } from '../protocol/problem.ts';
import { connectMsMax, refusalBytesMax, upgradeMsMax } from './limits.ts';
import { TunnelRefused } from './refused.ts';
import { roleHeader, tunnelPath, upgradeProtocol } from './wire.ts';

export type TunnelDial = {
  /** Base address of the API, `http:` or `https:`; a path in it is kept as a prefix. */
  readonly manager: URL;
  readonly token: string;
  readonly role: 'laptop' | 'agent';
  /** `x-byway-session` for a laptop, `x-byway-workload` for an agent. */
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
};

/**
 * Dials the manager (connects within 2 s, is answered within 5 s) and turns the connection round
 * (RFC 9110 7.8). Resolves with the raw socket: attach an end to it at once. Rejects with
 * `TunnelRefused`, a system error, a `UserError` of kind `unreachable`, or the signal's reason.
 */
export const dialTunnel = async (options: TunnelDial): Promise<Socket> => {
  options.signal.throwIfAborted();
  const request = startRequest(options);
  const stop = (): void => {
    request.destroy(asError(options.signal.reason));
  };
  options.signal.addEventListener('abort', stop, { once: true });
  const timers = [limitConnecting(request, options.manager), limitAnswer(request, options.manager)];
  try {
    return await upgraded(request);
  } finally {
    for (const timer of timers) clearTimeout(timer);
    options.signal.removeEventListener('abort', stop);
  }
};

const startRequest = ({ manager, token, role, headers }: TunnelDial): ClientRequest => {
  const url = new URL(manager);
  url.pathname = manager.pathname.replace(/\/$/, '') + tunnelPath;
  const start = url.protocol === 'https:' ? requestHttps : requestHttp;
  const request = start(url, {
    method: 'POST',
    agent: false,
    headers: {
      ...headers,
      authorization: `Bearer ${token}`,
      connection: 'Upgrade',
      upgrade: upgradeProtocol,
      [roleHeader]: role,
    },
  });
  request.setNoDelay(true);
  request.end();
  return request;
};

const limitConnecting = (request: ClientRequest, manager: URL): NodeJS.Timeout => {
  const timer = failAfter(request, connectMsMax, `No connection to ${manager.origin}`);
  const event = manager.protocol === 'https:' ? 'secureConnect' : 'connect';
  request.once('socket', (socket) => socket.once(event, () => clearTimeout(timer)));
  return timer;
};

const limitAnswer = (request: ClientRequest, manager: URL): NodeJS.Timeout =>
  failAfter(request, connectMsMax + upgradeMsMax, `No answer from ${manager.origin}`);

const failAfter = (request: ClientRequest, milliseconds: number, what: string): NodeJS.Timeout =>
  setTimeout(() => {
    const message = `${what} within ${milliseconds / 1000} s.`;
    request.destroy(new UserError(message, { kind: 'unreachable' }));
  }, milliseconds);

const upgraded = (request: ClientRequest): Promise<Socket> =>
  new Promise((resolve, reject) => {
    request.on('error', reject);
    request.once('upgrade', (answer: IncomingMessage, socket: Socket, head: Buffer) => {
      socket.on('error', () => {}); // The end that is attached next learns of it by close.
      if (answer.headers.upgrade !== upgradeProtocol) {
        socket.destroy();
        reject(new TunnelRefused(101, undefined));
        return;
      }
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    request.once('response', (answer) => {
      refusal(answer).then(reject, reject);
    });
  });

const refusal = async (answer: IncomingMessage): Promise<TunnelRefused> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > refusalBytesMax) break;
    chunks.push(chunk);
  }
  const problem = v.safeParse(problemSchema, jsonOf(Buffer.concat(chunks).toString()));
  return new TunnelRefused(answer.statusCode ?? 0, problem.success ? problem.output : undefined);
};

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // A page of some proxy; the status alone must do.
  }
};

const asError = (reason: unknown): Error =>
  reason instanceof Error ? reason : new Error(String(reason));
