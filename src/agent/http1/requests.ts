import { type BodyReader, readBody } from '../../protocol/http1/body.ts';
import { HttpFault } from '../../protocol/http1/fault.ts';
import { part } from '../../protocol/http1/fields.ts';
import { LastHead } from '../../protocol/http1/last-head.ts';
import { type RequestHead, readRequestHead } from '../../protocol/http1/request-head.ts';
import { firstLineBytesMax } from '../../protocol/limits.ts';

/** What becomes of the requests that a `RequestReader` reads. */
export type RequestOwner = {
  /** Whether the next request may be looked at now. */
  readonly ready: () => boolean;
  /** False: not now, ask again with `resume`. Bytes: the head and what has come of the body. */
  readonly begin: (head: RequestHead, bytes: Buffer) => boolean;
  /** More verified bytes of the body. */
  readonly more: (bytes: Buffer) => void;
  readonly complete: () => void;
  /** Nothing of what is left may be forwarded. `begun`: it is in the body of a begun request. */
  readonly faulty: (fault: HttpFault, begun: boolean) => void;
};

const nothing = Buffer.alloc(0);
const lineFeed = 0x0a;

/** Reads the requests of one client connection, one after another. */
export class RequestReader {
  /** Since when a head is incomplete, in milliseconds of the epoch; infinite when none is. */
  headSince: number = Number.POSITIVE_INFINITY;
  private readonly owner: RequestOwner;
  private readonly last: LastHead<RequestHead> = new LastHead(readRequestHead);
  private pending: Buffer = nothing;
  private body: BodyReader | undefined;
  private held = false;
  private stopped = false;

  constructor(owner: RequestOwner) {
    this.owner = owner;
  }

  /** Whether the bytes of a request wait for `resume`. */
  get waiting(): boolean {
    return this.held;
  }

  /** Whether a request has begun and is not complete, head or body. */
  get incomplete(): boolean {
    return this.body !== undefined || (this.pending.length > 0 && !this.held);
  }

  take(bytes: Buffer): void {
    if (this.stopped) return;
    const all = this.pending.length === 0 ? bytes : Buffer.concat([this.pending, bytes]);
    this.pending = nothing;
    this.run(all);
  }

  /** Looks again at a request that had to wait. */
  resume(): void {
    if (!this.held || this.stopped) return;
    this.held = false;
    const bytes = this.pending;
    this.pending = nothing;
    this.run(bytes);
  }

  /** Reads no further; what was not yet read is returned. */
  stop(): Buffer {
    this.stopped = true;
    this.headSince = Number.POSITIVE_INFINITY;
    const rest = this.pending;
    this.pending = nothing;
    return rest;
  }

  private run(bytes: Buffer): void {
    try {
      this.read(bytes);
    } catch (error) {
      if (!(error instanceof HttpFault)) throw error;
      this.stopped = true;
      this.owner.faulty(error, this.body !== undefined);
    }
  }

  private read(bytes: Buffer): void {
    let at = 0;
    while (at < bytes.length && !this.stopped) {
      const next = this.body === undefined ? this.readHead(bytes, at) : this.readMore(bytes, at);
      if (next === undefined) break;
      at = next;
    }
    if (at >= bytes.length) return;
    // A copy, because the bytes of a read may be overwritten by the next one.
    this.pending = Buffer.from(bytes.subarray(at));
    if (this.body === undefined && !this.held) {
      this.headSince = Math.min(this.headSince, Date.now());
    }
  }

  private readHead(bytes: Buffer, at: number): number | undefined {
    if (!this.owner.ready()) return this.hold();
    const head = this.last.again(bytes, at) ?? this.readNewHead(bytes, at);
    if (head === undefined) return undefined;
    const body = readBody(head.framing);
    const end = body.take(bytes, at + head.length);
    if (!this.owner.begin(head, part(bytes, at, end))) return this.hold();
    this.headSince = Number.POSITIVE_INFINITY;
    this.body = body;
    this.completeWhenDone(body);
    return end;
  }

  private readNewHead(bytes: Buffer, at: number): RequestHead | undefined {
    if (bytes.indexOf(lineFeed, at) === -1 && bytes.length - at <= firstLineBytesMax) {
      return undefined;
    }
    const head = readRequestHead(at === 0 ? bytes : bytes.subarray(at));
    if (head !== undefined) this.last.keep(bytes, at, head.length);
    return head;
  }

  private readMore(bytes: Buffer, at: number): number | undefined {
    const { body } = this;
    if (body === undefined) return undefined;
    const end = body.take(bytes, at);
    if (end > at) this.owner.more(part(bytes, at, end));
    this.completeWhenDone(body);
    return end > at || body.done() ? end : undefined;
  }

  private completeWhenDone(body: BodyReader): void {
    if (!body.done()) return;
    this.body = undefined;
    this.owner.complete();
  }

  private hold(): undefined {
    this.held = true;
  }
}
