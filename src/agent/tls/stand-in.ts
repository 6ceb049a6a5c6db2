import { createServer, type ServerResponse } from 'node:http';
import {
  constants,
  type IncomingHttpHeaders,
  performServerHandshake,
  type ServerHttp2Stream,
} from 'node:http2';
import { type Duplex, duplexPair } from 'node:stream';
import { detect } from '../detect.ts';
import type { Unconnected } from './upstream.ts';

const patienceMilliseconds = 10_000;

/**
 * The other end of a connection to a service that can't be reached in TLS: answers each request
 * with 502 and the reason, in HTTP/1 or HTTP/2 as the first bytes say, and breaks what is neither.
 * A service that is not there at all gets no answer either, as without TLS: HTTP/1 is broken, and
 * streams of HTTP/2 are refused, which tells a caller that it may repeat them. Who is silent for
 * `patienceMilliseconds` waits for a service that speaks first, and is broken likewise.
 */
export const standIn = (unconnected: Unconnected): Duplex => {
  const [outside, inside] = duplexPair();
  inside.on('error', () => {});
  let seen: Buffer = Buffer.alloc(0);
  const leave = (): void => void outside.destroy(new Error('There is no service to speak to.'));
  const timer = setTimeout(leave, patienceMilliseconds);
  outside.once('close', () => clearTimeout(timer));
  inside.once('close', () => outside.destroy());
  const look = (bytes: Buffer): void => {
    seen = Buffer.concat([seen, bytes]);
    const detected = detect(seen);
    if (detected === undefined) return;
    clearTimeout(timer);
    inside.removeListener('data', look);
    inside.pause();
    inside.unshift(seen);
    if (detected === 'http2') answerHttp2(inside, unconnected);
    else if (detected === 'http1' && unconnected.failure !== 'connect')
      answerHttp1(inside, unconnected);
    else leave();
  };
  inside.on('data', look);
  inside.once('end', () => inside.end());
  return outside;
};

const textOf = ({ reason }: Unconnected): string =>
  `byway-agent: there is no TLS connection to the service: ${reason}`;

const answerHttp1 = (stream: Duplex, unconnected: Unconnected): void => {
  const text = `${textOf(unconnected)}\n`;
  const headers = {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    connection: 'close',
  };
  const refuse = (response: ServerResponse): void => {
    response.sendDate = false;
    response.writeHead(502, headers).end(text);
  };
  const server = createServer((_, response) => refuse(response));
  // What our own reader takes and Node's doesn't is refused likewise.
  server.on('clientError', () => stream.destroy());
  for (const event of ['checkContinue', 'checkExpectation']) {
    server.on(event, (_: unknown, response: ServerResponse) => refuse(response));
  }
  for (const event of ['upgrade', 'connect']) {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    server.on(event, () => stream.end(`HTTP/1.1 502 Bad Gateway\r\n${lines.join('')}\r\n${text}`));
  }
  server.emit('connection', stream);
  stream.resume();
};

const answerHttp2 = (stream: Duplex, unconnected: Unconnected): void => {
  const session = performServerHandshake(stream);
  session.on('error', () => {});
  session.on('stream', (request: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    request.on('error', () => {});
    if (unconnected.failure === 'connect') {
      request.close(constants.NGHTTP2_REFUSED_STREAM);
      return;
    }
    const text = textOf(unconnected);
    if (headers['content-type']?.startsWith('application/grpc') === true) {
      const fields = {
        'content-type': 'application/grpc',
        'grpc-status': '14',
        'grpc-message': text,
      };
      request.respond({ ':status': 200, ...fields }, { endStream: true });
    } else {
      request.respond({ ':status': 502, 'content-type': 'text/plain; charset=utf-8' });
      request.end(`${text}\n`);
    }
    request.resume();
  });
};
