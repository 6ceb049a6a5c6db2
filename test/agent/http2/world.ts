import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  createServer,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
  type Settings,
} from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import type { Divert } from '../../../src/agent/divert.ts';
import { laptopOn, startAgent, type TestAgent } from '../start-agent.ts';

const closers: (() => Promise<void> | void)[] = [];

/** Something to be ended after the test. */
export const afterwards = (close: () => Promise<void> | void): void => void closers.push(close);

export const endWorld = async (): Promise<void> => {
  for (const close of closers.splice(0).reverse()) await close();
};

export type OnStream = (
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  raw: readonly string[],
  /** Breaks all connections of the server. */
  cut: () => void,
) => void;

/** A service that speaks HTTP/2, on a free port. */
export type TestServer = {
  readonly port: number;
  readonly sessions: ServerHttp2Session[];
  /** The heads that came, names and values by turns. */
  readonly heads: (readonly string[])[];
};

export const startServer = async (
  name: string,
  onStream: OnStream = (stream) => {
    stream.respond({ ':status': 200, 'x-from': name });
    stream.pipe(stream);
  },
  settings: Settings = {},
): Promise<TestServer> => {
  const sessions: ServerHttp2Session[] = [];
  const heads: (readonly string[])[] = [];
  const server = createServer({
    settings,
    maxSessionMemory: 64,
    maxHeaderListPairs: 5000,
    peerMaxConcurrentStreams: 5000,
  });
  const sockets = new Set<Socket>();
  const cut = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('session', (session) => {
    sessions.push(session);
    session.on('error', () => {});
  });
  server.on(
    'stream',
    (
      stream: ServerHttp2Stream,
      headers: IncomingHttpHeaders,
      _flags: number,
      raw: readonly string[],
    ) => {
      stream.on('error', () => {});
      heads.push(raw);
      onStream(stream, headers, raw, cut);
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterwards(() => {
    for (const session of sessions) session.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, sessions, heads };
};

/** An agent in front of `pod`; `laptop` is a port, or a way of its own. */
export const agentBefore = async (
  pod: number,
  laptop: number | Divert | undefined = undefined,
): Promise<TestAgent> => {
  const divert = typeof laptop === 'number' ? laptopOn(laptop) : laptop;
  const agent = await startAgent(pod, divert);
  afterwards(() => agent.server.close());
  return agent;
};

/** `socket` is a connection that is there already. */
export const openClient = async (port: number, socket?: Socket): Promise<ClientHttp2Session> => {
  const session = connect(`http://127.0.0.1:${port}`, {
    maxSessionMemory: 64,
    ...(socket === undefined ? {} : { createConnection: () => socket }),
  });
  session.on('error', () => {});
  afterwards(() => session.destroy());
  await new Promise((resolve) => session.once('connect', resolve));
  return session;
};

/** All that a client learns of one answer. */
export type Answered = {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly raw: readonly string[];
  readonly interim: readonly IncomingHttpHeaders[];
  readonly body: Buffer;
  readonly trailers: readonly string[] | undefined;
  readonly code: number;
  /** The answer's last part came. */
  readonly whole: boolean;
};

/** Collects an answer; resolves when the stream is closed. */
export const answerTo = (stream: ClientHttp2Stream): Promise<Answered> => {
  const chunks: Buffer[] = [];
  const interim: IncomingHttpHeaders[] = [];
  let head: { headers: IncomingHttpHeaders; raw: readonly string[] } = { headers: {}, raw: [] };
  let trailers: readonly string[] | undefined;
  let whole = false;
  stream.on('headers', (headers) => interim.push(headers));
  stream.on('response', (headers: IncomingHttpHeaders, _flags: number, raw: readonly string[]) => {
    head = { headers, raw };
  });
  stream.on('trailers', (_headers: IncomingHttpHeaders, _flags: number, raw: readonly string[]) => {
    trailers = raw;
  });
  stream.on('data', (bytes: Buffer) => chunks.push(bytes));
  stream.on('end', () => {
    whole = !stream.destroyed && !stream.aborted && stream.rstCode === 0;
  });
  stream.on('error', () => {});
  return new Promise((resolve) => {
    stream.on('close', () => {
      const { headers, raw } = head;
      const status = headers[':status'] === undefined ? undefined : Number(headers[':status']);
      const body = Buffer.concat(chunks);
      const code = stream.rstCode ?? -1;
      resolve({ status, headers, raw, interim, body, trailers, code, whole });
    });
  });
};

/** One request and its answer. */
export const ask = (
  session: ClientHttp2Session,
  headers: OutgoingHttpHeaders,
  body?: string | Buffer,
): Promise<Answered> => {
  const stream = session.request(headers, { endStream: body === undefined });
  if (body !== undefined) stream.end(body);
  return answerTo(stream);
};
