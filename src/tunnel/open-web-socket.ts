import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import { messageBytesMax, upgradeMsMax } from './limits.ts';
import { readRefusal } from './refusal.ts';
import { noAnswer, type UpgradeRequest } from './upgrade.ts';
import { subprotocolOffer } from './versions.ts';
import { WebSocketStream } from './web-socket-stream.ts';

/**
 * Opens a WebSocket (RFC 6455) with the subprotocol of a tunnel on a connection that is there.
 * Resolves with its bytes, in 5 s at most. Rejects like `upgrade`.
 */
export const openWebSocket = (
  socket: Socket,
  { url, headers, signal }: UpgradeRequest,
): Promise<WebSocketStream> =>
  new Promise<WebSocketStream>((resolve, reject) => {
    const webSocket = new WebSocket(url, [...subprotocolOffer], {
      headers: { ...headers },
      createConnection: () => socket,
      followRedirects: false,
      perMessageDeflate: false,
      maxPayload: messageBytesMax,
    });
    const give = (error: unknown): void => {
      settle();
      webSocket.terminate();
      socket.destroy();
      reject(error);
    };
    const timer = setTimeout(() => give(noAnswer(url)), upgradeMsMax);
    const stop = (): void => give(signal.reason);
    const settle = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    };
    signal.addEventListener('abort', stop, { once: true });
    webSocket.on('error', give);
    webSocket.once('unexpected-response', (_request: unknown, answer: IncomingMessage) => {
      void readRefusal(answer).then(give, give);
    });
    webSocket.once('open', () => {
      settle();
      webSocket.off('error', give);
      resolve(new WebSocketStream(webSocket));
    });
  });
