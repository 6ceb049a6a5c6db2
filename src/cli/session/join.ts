import type { SocketWire } from '../../base/wire/socket-wire.ts';
import { errorCode } from '../../protocol/http2/constants.ts';
import type { Arrival } from '../../tunnel/arrivals.ts';
import type { TunnelStream } from '../../tunnel/stream.ts';
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
  socket: SocketWire,
  tap: Tap,
): Promise<void> => {
  const joint = new Joint(stream, socket, tap);
  const forget = whenDraining(joint.drain);
  stream.whenClosed(forget);
  return joint.closed;
};

class Joint {
  readonly closed: Promise<void>;
  private readonly stream: TunnelStream;
  private readonly socket: SocketWire;
  private readonly tap: Tap;
  /** Since the last bytes from the app, or since the beginning. */
  private written = false;
  private heard = false;
  private appEnded = false;
  private draining = false;

  constructor(stream: TunnelStream, socket: SocketWire, tap: Tap) {
    this.stream = stream;
    this.socket = socket;
    this.tap = tap;
    this.closed = Promise.all([closeOf(stream), closeOf(socket)]).then(() => {});
    stream.handler = {
      bytes: this.fromCaller,
      end: () => socket.end(),
      drain: () => socket.resume(),
      closed: () => this.callerClosed(),
    };
    socket.handler = {
      bytes: this.fromApp,
      end: () => this.appDone(),
      drain: () => stream.resume(),
      closed: (clean) => {
        if (!clean) this.appBroke();
      },
    };
    if (stream.isClosed) this.callerClosed();
    stream.resume();
    socket.resume();
  }

  private readonly fromCaller = (bytes: Buffer): void => {
    // Behind a whole answer and the app's end this would be a new request: nobody reads it. A reset
    // would take bytes of the answer with it that are still on their way.
    const idle = this.tap.state === 'idle' && this.stream.isEndSent;
    if (this.appEnded && !this.written && idle) {
      this.stream.reset(errorCode.refusedStream);
      return;
    }
    this.tap.toApp(bytes);
    this.written = true;
    if (!this.socket.write(bytes)) this.stream.pause();
  };

  private readonly fromApp = (bytes: Buffer): void => {
    this.tap.fromApp(bytes);
    this.written = false;
    this.heard = true;
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
    if (!this.heard && !this.written) this.stream.reset(errorCode.refusedStream);
    else this.stream.end();
  }

  private appBroke(): void {
    if (this.stream.isClosed) return;
    if (this.appEnded) this.stream.reset(errorCode.noError);
    else if (this.tap.state === 'idle' || !(this.heard || this.written)) this.appDone();
    else this.stream.reset(errorCode.internalError);
    this.stream.resume();
  }

  private callerClosed(): void {
    if (this.stream.isWhole && this.stream.code === errorCode.noError) this.socket.discard();
    else this.socket.stream.destroy();
  }
}

const closeOf = (wire: TunnelStream | SocketWire): Promise<void> =>
  new Promise((resolve) => wire.whenClosed(resolve));
