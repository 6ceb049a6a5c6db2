import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { DirectWriter } from './direct-write.ts';
import { keepMemory } from './read-buffer.ts';
import { nobody, type Wire, type WireHandler } from './wire.ts';

// Closing with unread bytes would reset the connection and lose what we sent last.
const lingerMilliseconds = 2000;

/**
 * A wire on a TCP socket or another stream, nothing of which is hidden. Errors end as
 * `closed(false)`; writing to a dead wire does nothing.
 */
export class SocketWire implements Wire {
  handler: WireHandler = nobody;
  readonly stream: Duplex;
  private readonly direct: DirectWriter | undefined;
  private readonly roomBytes: number;
  private ended = false;
  private paused = false;
  private told: boolean;

  /**
   * On a stream that the caller makes bring its bytes; `tcp` is the same stream, if it is that. So
   * many bytes may wait to be written before `write` asks to stop.
   */
  constructor(stream: Duplex, tcp?: Socket, roomBytes: number = stream.writableHighWaterMark) {
    this.stream = stream;
    this.roomBytes = roomBytes;
    this.direct = tcp === undefined ? undefined : new DirectWriter(tcp, () => this.written());
    let clean = true;
    stream.on('end', () => this.handler.end());
    stream.on('drain', () => this.handler.drain());
    stream.on('error', () => {
      clean = false;
    });
    // A socket says `closed` of itself before it tells anybody.
    this.told = stream.closed;
    stream.on('close', () => {
      this.told = true;
      this.handler.closed(clean);
    });
  }

  /** A wire on a stream that brings its bytes as `data` events. */
  static on(stream: Duplex, roomBytes?: number): SocketWire {
    const wire = new SocketWire(stream, undefined, roomBytes);
    stream.on('data', (bytes: Buffer) => wire.handler.bytes(bytes));
    return wire;
  }

  /** False when the peer reads slower than we write: stop the source until `drain`. */
  write(bytes: Buffer): boolean {
    const { stream } = this;
    if (this.ended || stream.destroyed) return true;
    const written = this.direct?.write(bytes) ?? 'refused';
    if (written === 'whole') return true;
    if (written === 'unfinished') {
      keepMemory(bytes);
      return false;
    }
    stream.write(bytes);
    // Most writes finish at once, whatever Node said before it tried.
    if (stream.writableLength === 0) return true;
    keepMemory(bytes);
    return this.direct?.unfinished !== true && stream.writableLength < this.roomBytes;
  }

  /** Some of what was written is still read from its memory. */
  get busy(): boolean {
    return this.stream.writableLength > 0 || this.direct?.unfinished === true;
  }

  get isClosed(): boolean {
    return this.stream.destroyed;
  }

  /** Our side has ended, or will behind what is still to be written. */
  get isEnded(): boolean {
    return this.ended;
  }

  /** Sends the end of our side; the other side may go on. */
  end(): void {
    if (this.ended || this.stream.destroyed) return;
    this.ended = true;
    // Until then the wire can still be reset, so that half of what was said never looks whole.
    if (this.direct?.unfinished !== true) this.stream.end();
  }

  private written(): void {
    if (this.ended) this.stream.end();
    else this.handler.drain();
  }

  pause(): void {
    if (this.paused) return;
    this.paused = true;
    this.stream.pause();
  }

  resume(): void {
    if (!this.paused) return;
    this.paused = false;
    this.stream.resume();
  }

  /** Ends our side and drops what still comes, for at most two seconds. */
  discard(): void {
    this.handler = nobody;
    this.end();
    this.stream.resume();
    const timer = setTimeout(() => this.stream.destroy(), lingerMilliseconds);
    this.stream.once('close', () => clearTimeout(timer));
  }

  /** Ends at once in a way that the peer can't mistake for a proper end. */
  abort(): void {
    if (this.stream instanceof Socket && canReset(this.stream)) this.stream.resetAndDestroy();
    else this.stream.destroy();
  }

  whenClosed(act: () => void): void {
    if (this.told) act();
    else this.stream.once('close', act);
  }

  whenEnded(act: () => void): void {
    if (this.stream.writableFinished) act();
    else this.stream.once('finish', act);
  }
}

// While its end is on the way a socket can't be reset: Node would neither close it nor say so.
const canReset = (socket: Socket): boolean => {
  const isEnding = socket.writableEnded && !socket.writableFinished && socket.writableLength === 0;
  return !socket.connecting && !isEnding;
};
