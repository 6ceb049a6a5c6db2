import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { messageBytesMax } from './limits.ts';
import { WebSocketStream } from './web-socket-stream.ts';

/**
 * The manager's answer to a WebSocket that it grants, with the version that was chosen. Resolves
 * with the stream, ready for an HTTP/2 session. A request that is no proper handshake (RFC 6455
 * 4.2.1) gets a 400 and the promise rejects.
 */
export const acceptWebSocket = (
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  version: number,
): Promise<WebSocketStream> =>
  new Promise((resolve, reject) => {
    socket.once('close', () => reject(new Error('The WebSocket was not opened.')));
    serverFor(version).handleUpgrade(request, socket, head, (webSocket: WebSocket) =>
      resolve(new WebSocketStream(webSocket)),
    );
  });

const serverFor = (version: number): WebSocketServer =>
  new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: messageBytesMax,
    handleProtocols: () => `byway-tunnel.${version}`,
  });
