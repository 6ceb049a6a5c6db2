import { constants, type ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import type { Arrival } from '../../tunnel/arrivals.ts';
import type { ExchangeState } from './observe.ts';

/** Reads along without changing anything. */
export type Tap = {
  readonly toApp: (bytes: Buffer) => void;
  readonly fromApp: (bytes: Buffer) => void;
  readonly state: ExchangeState;
};

/**
 * Pipes a stream of the tunnel and a connection to the app both ways, each slowed by its own
 * reader, each half ended by itself. Resets say what the other side may conclude: REFUSED_STREAM,
 * that nothing it sent since our last answer was written to the app; INTERNAL_ERROR, that the app
 * broke off in the middle. Once the tunnel drains, a connection ends as soon as it is idle.
 * Resolves when both are closed.
 */
export const join = (
  { stream, whenDraining }: Pick<Arrival, 'stream' | 'whenDraining'>,
  socket: Socket,
  tap: Tap,
): Promise<void> => {
  const joint = new Joint(stream, socket, tap);
  const forget = whenDraining(joint.drain);
  stream.once('close', forget);
  return joint.closed;
};

class Joint {
  readonly closed: Promise<void>;
  private readonly stream: ServerHttp2Stream;
  private readonly socket: Socket;
  private readonly tap: Tap;
  /** Since the last bytes from the app, or since the beginning. */
  private written = false;
  private heard = false;
  private appEnded = false;
  private draining = false;

  constructor(stream: ServerHttp2Stream, socket: Socket, tap: Tap) {
    this.stream = stream;
    this.socket = socket;
    this.tap = tap;
    this.closed = Promise.all([closeOf(stream), closeOf(socket)]).then(() => {});
    stream.on('data', this.fromCaller);
    stream.once('end', () => socket.end());
    stream.once('close', () => this.callerClosed());
    stream.on('drain', () => socket.resume());
    socket.on('data', this.fromApp);
    socket.on('drain', () => stream.resume());
    socket.once('end', () => this.appDone());
    socket.once('error', () => this.appBroke());
    if (stream.destroyed) this.callerClosed();
  }

  private readonly fromCaller = (bytes: Buffer): void => {
    // Behind a whole answer and the app's end this would be a new request: nobody reads it. A reset
    // would take bytes of the answer with it that are still on their way.
    const idle = this.tap.state === 'idle' && this.stream.writableFinished;
    if (this.appEnded && !this.written && idle) {
      this.stream.close(constants.NGHTTP2_REFUSED_STREAM);
      return;
    }
    this.tap.toApp(bytes);
    this.written = true;
    if (this.socket.writable && !this.socket.write(bytes)) this.stream.pause();
  };

  private readonly fromApp = (bytes: Buffer): void => {
    this.tap.fromApp(bytes);
    this.written = false;
    this.heard = true;
    if (!this.stream.writable) return;
    if (!this.stream.write(bytes)) this.socket.pause();
    if (this.draining) this.drain();
  };

  readonly drain = (): void => {
    this.draining = true;
    if (this.tap.state === 'idle' && this.heard && !this.appEnded) this.appDone();
  };

  // After an answer the end goes first and waits for its bytes: a reset could overtake them.
  private appDone(): void {
    this.appEnded = true;
    if (!this.heard && !this.written) this.stream.close(constants.NGHTTP2_REFUSED_STREAM);
    else this.stream.end();
  }

  private appBroke(): void {
    if (this.stream.closed) return;
    if (this.appEnded) this.stream.close(constants.NGHTTP2_NO_ERROR);
    else if (this.tap.state === 'idle' || !(this.heard || this.written)) this.appDone();
    else this.stream.close(constants.NGHTTP2_INTERNAL_ERROR);
    this.stream.resume();
  }

  private callerClosed(): void {
    const wholly = this.stream.readableEnded && this.stream.rstCode === constants.NGHTTP2_NO_ERROR;
    if (wholly) this.socket.destroySoon();
    else this.socket.destroy();
  }
}

const closeOf = (closable: ServerHttp2Stream | Socket): Promise<void> =>
  new Promise((resolve) => {
    if (closable.closed) resolve();
    else closable.once('close', () => resolve());
  });
