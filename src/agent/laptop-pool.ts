import type { Wire, WireHandler } from '../base/wire/wire.ts';
import type { PassReason } from '../protocol/reports.ts';
import type { Divert, DivertedStream } from './divert.ts';
import { StreamEnd } from './loss.ts';

/** A stream to the local app of one intercept; it carries one request at a time. */
export class LaptopStream {
  readonly intercept: string;
  readonly wire: Wire;
  readonly end: StreamEnd;
  /** It had a request before the present one. */
  isReused = false;
  /** The only client connection that may have it again; undefined: any. */
  caller: Wire | undefined;
  /** `performance.now()` from which on it is too old to be used. */
  staleAt = 0;

  constructor(intercept: string, stream: DivertedStream) {
    this.intercept = intercept;
    this.wire = stream;
    this.end = new StreamEnd(stream);
  }
}

export type OpenedStream =
  | { readonly ok: true; readonly laptop: LaptopStream }
  | { readonly ok: false; readonly reason: PassReason };

/** Milliseconds that a stream may be idle; Node's own servers close after 5 s. */
const idleMsMax = 4_000;
/** An app that says when it closes is left alone this many milliseconds before. */
const marginMs = 1_000;
const sweepMs = 250;
/** Idle streams for one intercept, and for all. */
const idleStreamsMax = 128;
const allIdleStreamsMax = 1_024;

/**
 * Streams to laptops that wait for another request: it then needs no new stream and no new
 * connection to the app. Each belongs to one intercept. What an idle one says ends it.
 */
export class LaptopPool {
  private readonly divert: Divert;
  /** By intercept, the one that was used last at the end. */
  private readonly idle = new Map<string, LaptopStream[]>();
  private count = 0;
  private timer: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(divert: Divert) {
    this.divert = divert;
  }

  /** Streams that are idle now. */
  get size(): number {
    return this.count;
  }

  /** An idle stream that this client connection may use, if there is one. */
  take(intercept: string, caller: Wire): LaptopStream | undefined {
    const streams = this.idle.get(intercept);
    if (streams === undefined) return undefined;
    const now = performance.now();
    for (let at = streams.length - 1; at >= 0; at--) {
      const laptop = streams[at] as LaptopStream;
      if (laptop.caller !== undefined && laptop.caller !== caller) continue;
      this.remove(laptop);
      if (laptop.staleAt > now && laptop.end.isUsable()) return laptop;
      laptop.wire.discard();
    }
    return undefined;
  }

  /** A new stream. Never rejects, and settles within a time limit. */
  async open(intercept: string, signal: AbortSignal): Promise<OpenedStream> {
    const diversion = await this.divert(intercept, signal);
    if (!diversion.ok) return diversion;
    return { ok: true, laptop: new LaptopStream(intercept, diversion.stream) };
  }

  /**
   * Takes a stream back whose request and answer are both complete. `caller`: nobody else may have
   * it again. `aliveMs`: how long the app said that it keeps an idle connection.
   */
  give(
    laptop: LaptopStream,
    caller: Wire | undefined,
    aliveMs: number = Number.POSITIVE_INFINITY,
  ): void {
    const idleMs = Math.min(idleMsMax, aliveMs - marginMs);
    const streams = this.idle.get(laptop.intercept) ?? [];
    const isFull = streams.length >= idleStreamsMax || this.count >= allIdleStreamsMax;
    if (this.closed || idleMs <= 0 || isFull || !laptop.end.isUsable()) {
      laptop.wire.discard();
      return;
    }
    laptop.isReused = true;
    laptop.caller = caller;
    laptop.staleAt = performance.now() + idleMs;
    laptop.wire.handler = this.idling(laptop);
    laptop.wire.resume();
    streams.push(laptop);
    this.idle.set(laptop.intercept, streams);
    this.count += 1;
    this.timer ??= setInterval(() => this.sweep(), sweepMs).unref();
  }

  /** Ends the idle streams, and from now on each that is given back. */
  close(): void {
    this.closed = true;
    this.endThose(() => true);
  }

  private idling(laptop: LaptopStream): WireHandler {
    const leave = (): void => {
      this.remove(laptop);
      laptop.wire.discard();
    };
    return {
      // An answer that nobody asked for: the next caller must not get it.
      bytes: () => {
        this.remove(laptop);
        laptop.wire.abort();
      },
      end: leave,
      drain: () => {},
      closed: () => this.remove(laptop),
    };
  }

  private sweep(): void {
    const now = performance.now();
    this.endThose(({ staleAt }) => staleAt <= now);
  }

  private endThose(isOver: (laptop: LaptopStream) => boolean): void {
    for (const streams of [...this.idle.values()]) {
      for (const laptop of streams.filter(isOver)) {
        this.remove(laptop);
        laptop.wire.discard();
      }
    }
  }

  private remove(laptop: LaptopStream): void {
    const streams = this.idle.get(laptop.intercept) ?? [];
    const at = streams.lastIndexOf(laptop);
    if (at === -1) return;
    streams.splice(at, 1);
    this.count -= 1;
    if (streams.length === 0) this.idle.delete(laptop.intercept);
    if (this.count > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }
}
