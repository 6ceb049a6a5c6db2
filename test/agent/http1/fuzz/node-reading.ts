import http from 'node:http';
import { Duplex } from 'node:stream';
import type { Message, Reading } from './reading.ts';

/** A head of 64 KiB and some more: Node must not refuse what we allow. */
const maxHeaderSize = 131_072;

type Growing = { -readonly [Key in keyof Message]: Message[Key] };
type Present = { readonly messages: Growing[]; fault: string | undefined };

const codeOf = (error: NodeJS.ErrnoException): string => error.code ?? error.message;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const connection = (): Duplex => new Duplex({ read: () => {}, write: (_, __, done) => done() });

const begin = (reading: Present, first: string, fields: readonly string[]): Growing => {
  const message = { first, fields, content: '', trailers: [], complete: false };
  reading.messages.push(message);
  return message;
};

const follow = (message: Growing, from: http.IncomingMessage): void => {
  from.on('data', (data: Buffer) => {
    message.content += data.toString('latin1');
  });
  from.on('end', () => {
    message.complete = from.complete;
    message.trailers = from.rawTrailers;
  });
};

const server = http.createServer({ maxHeaderSize, insecureHTTPParser: false });
const readings = new WeakMap<object, Present>();

const requestOf = (request: http.IncomingMessage): Growing => {
  const { socket, method, url, httpVersion, rawHeaders } = request;
  const reading = readings.get(socket) ?? { messages: [], fault: undefined };
  return begin(reading, `${method} ${url} HTTP/${httpVersion}`, rawHeaders);
};
const take = (request: http.IncomingMessage, response: http.ServerResponse): void => {
  follow(requestOf(request), request);
  request.on('end', () => response.end());
};
server.on('request', take).on('checkContinue', take).on('checkExpectation', take);
server.on('connect', (request: http.IncomingMessage) => {
  requestOf(request).complete = true;
});
server.on('clientError', (error, socket) => {
  const reading = readings.get(socket);
  if (reading !== undefined) reading.fault ??= codeOf(error);
});

/** What Node's strict parser reads in pieces that come on one connection to an HTTP server. */
export const nodeReadsRequests = async (pieces: readonly string[]): Promise<Reading> => {
  const reading: Present = { messages: [], fault: undefined };
  const socket = connection();
  readings.set(socket, reading);
  socket.on('error', () => {}); // of being destroyed with requests under way
  server.emit('connection', socket);
  for (const piece of pieces) {
    socket.push(Buffer.from(piece, 'latin1'));
    await turn();
  }
  socket.destroy();
  return reading;
};

/** What Node's strict parser reads in bytes that answer one request with `method`. */
export const nodeReadsAnswers = async (
  method: string,
  bytes: string,
  thenEnd: boolean,
): Promise<Reading> => {
  const reading: Present = { messages: [], fault: undefined };
  const socket = connection();
  const createConnection = (): Duplex => socket;
  const request = http.request({ method, path: pathFor(method), createConnection, maxHeaderSize });
  const started = (answer: http.IncomingMessage | http.InformationEvent): Growing => {
    const { httpVersion, statusCode, statusMessage, rawHeaders } = answer;
    return begin(reading, `HTTP/${httpVersion} ${statusCode} ${statusMessage}`, rawHeaders);
  };
  const alone = (answer: http.IncomingMessage | http.InformationEvent): void => {
    started(answer).complete = true;
  };
  const fail = (error: NodeJS.ErrnoException): void => {
    reading.fault ??= codeOf(error);
  };
  request.on('information', alone).on('upgrade', alone).on('connect', alone).on('error', fail);
  request.on('response', (answer) => {
    follow(started(answer), answer);
    answer.on('error', fail);
  });
  request.end();
  await turn();
  socket.push(Buffer.from(bytes, 'latin1'));
  if (thenEnd) socket.push(null);
  await turn();
  const { fault } = reading; // before it is told that we leave
  request.destroy();
  socket.destroy();
  return { messages: reading.messages, fault };
};

const pathFor = (method: string): string => (method === 'CONNECT' ? 'example.test:80' : '/');
