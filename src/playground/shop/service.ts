import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { messageOf } from '../../base/errors.ts';
import { type Answer, type Failure, lineOf, type Saying } from './answer.ts';
import { HopFailed } from './next-hop.ts';

/** A question as the services see it: the host of `url` means nothing. */
export type Incoming = { readonly url: URL; readonly headers: IncomingHttpHeaders };

/** What a service does: answers, or returns undefined for a path that it doesn't have. */
export type Service = (incoming: Incoming) => Promise<Answer | Saying | undefined>;

/** A server for the service; answers a person in one line and a program in JSON. */
export const createService = (service: Service): Server =>
  createServer((request, response) => {
    // A body is of no use here; without a reader it would hold the connection.
    request.resume();
    answer(service, request, response).catch((error: unknown) => {
      process.stderr.write(`${messageOf(error)}\n`);
      response.destroy();
    });
  });

/** Listens on loopback at the port in `PORT` (0 or none: a free one) and says where. */
export const runService = async (
  service: Service,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<void> => {
  const server = createService(service).listen(Number(environment['PORT'] ?? 0), '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ event: 'ready', listen: [`127.0.0.1:${port}`] })}\n`);
};

const answer = async (
  service: Service,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const path = request.url ?? '/';
  const base = 'http://service';
  if (request.method !== 'GET' || !URL.canParse(path, base)) {
    refuse(response, 404);
    return;
  }
  try {
    const found = await service({ url: new URL(path, base), headers: request.headers });
    if (found === undefined) refuse(response, 404);
    else if (wantsJson(request)) sendJson(response, 200, found);
    else send(response, 200, 'text/plain', `${lineOf(found)}\n`);
  } catch (error) {
    if (!(error instanceof HopFailed)) throw error;
    const failure: Failure = { error: error.message, failedHop: error.failedHop };
    if (wantsJson(request)) sendJson(response, 502, failure);
    else send(response, 502, 'text/plain', `${failure.error}\n`);
  }
};

const wantsJson = (request: IncomingMessage): boolean =>
  request.headers.accept?.includes('application/json') === true;

const refuse = (response: ServerResponse, status: number): void =>
  sendJson(response, status, { error: 'This service has only GET, and not this address.' });

const sendJson = (response: ServerResponse, status: number, value: unknown): void =>
  send(response, status, 'application/json', `${JSON.stringify(value)}\n`);

const send = (response: ServerResponse, status: number, type: string, body: string): void => {
  response.writeHead(status, {
    'content-type': `${type}; charset=utf-8`,
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
};
