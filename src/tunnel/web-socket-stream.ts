import { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { closeMsMax, messageBytesMax } from './limits.ts';

type Done = (error?: Error | null) => void;

/**
 * An open WebSocket as a stream of bytes: what comes in binary messages, whatever their borders. A
 * slow reader stops the socket, and a write ends when the system has taken it, so that both ways
 * hold no more than a message and what waits in this stream. A text message ends the connection.
 */
export class WebSocketStream extends Duplex {
  /** Bytes of messages that came. */
  bytesRead = 0;
  /** Bytes of messages that were sent. */
  bytesWritten = 0;
  readonly #webSocket: WebSocket;
  #closing: NodeJS.Timeout | undefined;

  constructor(webSocket: WebSocket) {
    super();
    this.#webSocket = webSocket;
    this.on('error', () => {}); // A failure is also a close, which is what everyone waits for.
    webSocket.on('message', (data: Buffer, isBinary: boolean) => this.#take(data, isBinary));
    webSocket.on('error', (error) => this.destroy(error));
    webSocket.once('close', (code) => this.#closed(code));
  }

  override _read(): void {
    this.#webSocket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    this.#send(chunk, done);
  }

  override _writev(chunks: readonly { readonly chunk: Buffer }[], done: Done): void {
    this.#send(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
  }

  override _final(done: Done): void {
    this.#webSocket.close();
    this.#closing = setTimeout(() => this.destroy(), closeMsMax);
    done();
  }

  override _destroy(error: Error | null, done: Done): void {
    clearTimeout(this.#closing);
    this.#webSocket.terminate();
    done(error);
  }

  #take(data: Buffer, isBinary: boolean): void {
    if (!isBinary) {
      this.destroy(new Error('A tunnel over a WebSocket has no text messages.'));
      return;
    }
    this.bytesRead += data.length;
    if (!this.push(data)) this.#webSocket.pause();
  }

  #send(bytes: Buffer, done: Done): void {
    this.bytesWritten += bytes.length;
    let start = 0;
    for (; bytes.length - start > messageBytesMax; start += messageBytesMax) {
      this.#webSocket.send(bytes.subarray(start, start + messageBytesMax));
    }
    this.#webSocket.send(bytes.subarray(start), (error) => done(error));
  }

  #closed(code: number): void {
    // Only a closing handshake is an end; whatever else is a connection that broke.
    clearTimeout(this.#closing);
    if (code === orderly || code === withoutCode) this.push(null);
    else this.destroy(new Error(`The WebSocket closed with code ${code}.`));
  }
}

/** Codes of RFC 6455 7.4.1: closed in order, and closed in order without saying so. */
const orderly = 1000;
const withoutCode = 1005;
