// The local app for the soak of streams: HTTP/1 and HTTP/2 on one port.
import { once } from 'node:events';
import { createServer as createHttp } from 'node:http';
import { createServer as createHttp2 } from 'node:http2';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const half = 'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf';

/** What `/reset/STATE` does to its connection. */
const resets = {
  'after-head': (socket) => socket.resetAndDestroy(),
  'half-answer': (socket) => socket.write(half, () => socket.resetAndDestroy()),
  'half-answer-end': (socket) => socket.end(half),
  never: () => {},
};

const answer = async (request, response) => {
  const state = request.url.split('/reset/')[1];
  if (state !== undefined) {
    resets[state](request.socket);
    return;
  }
  if (request.url === '/echo') {
    request.pipe(response);
    return;
  }
  request.resume();
  await once(request, 'end');
  // Long enough that all of a thousand are under way at once.
  if (request.url === '/slow') await sleep(50);
  response.end(request.url);
};

/** Resolves with its port, the number of its connections, and how to end it. */
export const startStreamsApp = async () => {
  const http1 = createHttp((request, response) => {
    request.on('error', () => {});
    answer(request, response).catch(() => response.destroy());
  });
  http1.on('upgrade', (_request, socket) => {
    socket.on('error', () => {});
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    );
    socket.pipe(socket);
  });
  const http2 = createHttp2();
  http2.on('stream', (stream) => {
    stream.on('error', () => {});
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' });
    stream.pipe(stream);
  });
  const sockets = new Set();
  const server = createServer({ noDelay: true }, async (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
    await once(socket, 'readable').catch(() => {});
    const first = socket.read();
    if (first === null) return;
    socket.unshift(first);
    (first.toString('latin1').startsWith('PRI ') ? http2 : http1).emit('connection', socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: server.address().port,
    connections: () => sockets.size,
    end: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
};
