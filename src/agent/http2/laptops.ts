import { errorCode } from '../../protocol/http2/constants.ts';
import type { Http2Stream } from '../../protocol/http2/stream.ts';
import type { PassReason } from '../../protocol/reports.ts';
import { SessionWire } from '../../tunnel/session-wire.ts';
import type { Divert, DivertedStream } from '../divert.ts';
import { type Loss, StreamEnd } from '../loss.ts';
import { laptopIdleMs, laptopLimits } from './limits.ts';

export type OpenedLaptop =
  | { readonly ok: true; readonly laptop: Laptop }
  | { readonly ok: false; readonly reason: PassReason };

// What an app that speaks HTTP/1 answers to the preface of HTTP/2 begins so.
const http1 = 'HTTP/1.';

/** The connections to local apps of one client connection: one for each intercept, when needed. */
export class Laptops {
  private readonly divert: Divert;
  private readonly cancelled = new AbortController();
  private readonly open = new Map<string, Promise<OpenedLaptop>>();

  constructor(divert: Divert) {
    this.divert = divert;
  }

  /**
   * A connection whose app speaks HTTP/2: no request is sent to it before it said so. Never rejects.
   * It settles when the app answers, however long that takes, or when the way to it is gone.
   */
  to(intercept: string): Promise<OpenedLaptop> {
    return this.open.get(intercept) ?? this.begin(intercept);
  }

  abort(): void {
    this.cancelled.abort();
    for (const opening of this.open.values()) {
      void opening.then((opened) => opened.ok && opened.laptop.abort());
    }
  }

  private begin(intercept: string): Promise<OpenedLaptop> {
    const opening: Promise<OpenedLaptop> = this.dial(intercept, () => {
      if (this.open.get(intercept) === opening) this.open.delete(intercept);
    });
    this.open.set(intercept, opening);
    return opening;
  }

  private async dial(intercept: string, forget: () => void): Promise<OpenedLaptop> {
    const diversion = await this.divert(intercept, this.cancelled.signal);
    if (!diversion.ok) {
      forget();
      return diversion;
    }
    const laptop = new Laptop(diversion.stream, forget);
    const stop = (): void => laptop.abort();
    this.cancelled.signal.addEventListener('abort', stop, { once: true });
    if (this.cancelled.signal.aborted) stop();
    const reason = await laptop.ready;
    this.cancelled.signal.removeEventListener('abort', stop);
    return reason === undefined ? { ok: true, laptop } : { ok: false, reason };
  }
}

/** One connection to a local app, through the tunnel. */
export class Laptop {
  /** Undefined when the app has said that it speaks HTTP/2, else why it can't be had. */
  readonly ready: Promise<PassReason | undefined>;
  private readonly connection: SessionWire;
  private readonly end: StreamEnd;
  private readonly unusable: () => void;
  private tellReady: (reason: PassReason | undefined) => void = () => {};
  private lost: Loss | undefined;
  private idle: NodeJS.Timeout | undefined;

  /** `unusable` is called when it takes no more requests, perhaps more than once. */
  constructor(stream: DivertedStream, unusable: () => void) {
    this.unusable = unusable;
    this.end = new StreamEnd(stream);
    this.ready = new Promise((resolve) => {
      this.tellReady = resolve;
    });
    const begun = { wire: stream, seen: Buffer.alloc(0) };
    this.connection = new SessionWire('client', laptopLimits, begun, {
      request: () => {},
      oversized: () => {},
      settings: () => this.tellReady(undefined),
      goaway: unusable,
      streamClosed: () => this.rest(),
      lost: (clean) => this.goes(clean),
      closed: () => this.goes(false),
    });
    this.connection.begin();
  }

  /** A stream for one request; undefined when none can be had any more. */
  request(method: string): Http2Stream | undefined {
    clearTimeout(this.idle);
    return this.connection.session.request(method);
  }

  /** What is known when the connection went under a stream; undefined while it is there. */
  loss(): Loss | undefined {
    return this.connection.session.isOver ? this.lose() : this.lost;
  }

  abort(): void {
    clearTimeout(this.idle);
    this.connection.abort();
  }

  private get heard(): boolean {
    return this.connection.first !== '';
  }

  // A stream of the tunnel that was reset may say that it has ended, too.
  private goes(clean: boolean): void {
    if (clean && !this.end.isWhole()) return;
    const { reason } = this.lose();
    clearTimeout(this.idle);
    if (this.connection.first.startsWith(http1)) this.tellReady('local_http1');
    else this.tellReady(this.heard ? 'local_invalid' : reason);
    this.connection.session.end(errorCode.internalError);
  }

  // As it is at first: what we do to the stream ourselves later tells nothing any more.
  private lose(): Loss {
    this.unusable();
    this.lost ??= this.end.loss(this.heard);
    return this.lost;
  }

  private rest(): void {
    if (this.connection.session.open > 0) return;
    clearTimeout(this.idle);
    this.idle = setTimeout(this.retire, laptopIdleMs).unref();
  }

  private readonly retire = (): void => {
    this.unusable();
    this.connection.session.drain();
  };
}
