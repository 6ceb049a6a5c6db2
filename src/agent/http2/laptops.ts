import type { ClientHttp2Stream, OutgoingHttpHeaders } from 'node:http2';
import type { Duplex } from 'node:stream';
import type { PassReason } from '../../protocol/reports.ts';
import { UnblockedSocket } from '../../tunnel/unblocked-socket.ts';
import type { Divert } from '../divert.ts';
import { type Loss, StreamEnd } from '../loss.ts';
import { laptopIdleMs, laptopSettings, laptopWindowBytes } from './limits.ts';
import { Upstream } from './upstream.ts';

export type OpenedLaptop =
  | { readonly ok: true; readonly laptop: Laptop }
  | { readonly ok: false; readonly reason: PassReason };

/** The connections to local apps of one client connection: one for each intercept, when needed. */
export class Laptops {
  private readonly divert: Divert;
  private readonly cancelled = new AbortController();
  private readonly open = new Map<string, Promise<OpenedLaptop>>();

  constructor(divert: Divert) {
    this.divert = divert;
  }

  /**
   * A connection whose app speaks HTTP/2: nothing is sent to it before it said so. Never rejects.
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
    const reason = await laptop.ready();
    if (reason !== undefined) return { ok: false, reason };
    if (this.cancelled.signal.aborted) laptop.abort();
    return { ok: true, laptop };
  }
}

/** One connection to a local app, through the tunnel. */
export class Laptop {
  private readonly upstream: Upstream;
  private readonly end: StreamEnd;
  private readonly unusable: () => void;
  private heard = false;
  private lost: Loss | undefined;
  private idle: NodeJS.Timeout | undefined;

  /** `unusable` is called when it takes no more requests, perhaps more than once. */
  constructor(stream: Duplex, unusable: () => void) {
    this.unusable = unusable;
    this.end = new StreamEnd(stream);
    const connection = new UnblockedSocket(stream);
    this.upstream = new Upstream(connection, laptopSettings);
    stream.once('data', () => {
      this.heard = true;
    });
    stream.on('error', () => {}); // Told by close.
    stream.prependOnceListener('end', () => {
      if (!this.end.isWhole()) return;
      this.lose();
      this.upstream.ended();
    });
    stream.prependOnceListener('close', () => {
      this.lose();
      this.upstream.broke();
    });
    this.upstream.session.once('goaway', unusable);
    this.upstream.session.once('close', unusable);
  }

  /** Undefined when the app has said that it speaks HTTP/2, else why it can't be had. */
  ready(): Promise<PassReason | undefined> {
    const { session } = this.upstream;
    return new Promise((resolve) => {
      session.once('remoteSettings', () => {
        session.setLocalWindowSize(laptopWindowBytes);
        resolve(undefined);
      });
      session.once('close', () => {
        resolve(this.heard ? 'local_invalid' : this.lose().reason);
      });
    });
  }

  request(head: OutgoingHttpHeaders, endStream: boolean): ClientHttp2Stream {
    const stream = this.upstream.request(head, endStream);
    clearTimeout(this.idle);
    stream.once('close', () => {
      if (this.upstream.streams.size > 0) return;
      this.idle = setTimeout(this.retire, laptopIdleMs).unref();
    });
    return stream;
  }

  /** What is known when the connection went under a stream; undefined while it is there. */
  loss(): Loss | undefined {
    return this.upstream.session.destroyed ? this.lose() : this.lost;
  }

  // As it is at first: what we do to the stream ourselves later tells nothing any more.
  private lose(): Loss {
    this.unusable();
    this.lost ??= this.end.loss(this.heard);
    return this.lost;
  }

  private readonly retire = (): void => {
    this.unusable();
    this.upstream.close();
  };

  abort(): void {
    clearTimeout(this.idle);
    this.upstream.abort();
  }
}
