import type { Wire } from '../base/wire/wire.ts';
import { errorCode } from '../protocol/http2/constants.ts';
import type { Limits, Role, SessionOwner } from '../protocol/http2/core.ts';
import { recycle } from '../protocol/http2/frame-writer.ts';
import { Http2Session } from '../protocol/http2/session.ts';

// A peer that reads so slowly has had as long as draining takes.
const lastWriteMilliseconds = 20_000;
/** Octets of output that are not kept waiting for more. */
const urgentBytes: number = 128 * 1024;
const firstBytesKept = 8;

/** A connection that has begun: what was read of it already belongs to it. */
export type Begun = { readonly wire: Wire; readonly seen: Buffer };

/** What the owner of a connection learns besides what happens on its streams. */
export type ConnectionEvents = Omit<SessionOwner, 'wake' | 'over'> & {
  /** The other side has ended or broken the connection; its streams are still there. */
  readonly lost: (clean: boolean) => void;
  /** The connection is gone; comes once, last. */
  readonly closed: () => void;
};

/**
 * A session on its wire: what comes in until `later` calls back is answered in one write. Whoever has it
 * calls `end` on the session when the connection is lost.
 */
export class SessionWire {
  readonly session: Http2Session;
  /** The first octets that came, as Latin-1; at most eight. */
  first = '';
  private readonly wire: Wire;
  private readonly events: ConnectionEvents;
  private readonly seen: Buffer;
  private readonly later: (act: () => void) => void;
  private awake = false;
  // Only once there is a session to be asked.
  private urgent = true;
  /** The wire takes more. */
  private room = true;
  private finishing = false;
  private gone = false;

  /** `later`: after this call, as by default, or once all that can be read was read. */
  constructor(
    role: Role,
    limits: Limits,
    begun: Begun,
    events: ConnectionEvents,
    later: (act: () => void) => void = process.nextTick,
  ) {
    this.later = later;
    this.wire = begun.wire;
    this.seen = begun.seen;
    this.events = events;
    const { request, oversized, settings, goaway, streamClosed } = events;
    this.session = new Http2Session(role, limits, {
      ...{ request, oversized, settings, goaway, streamClosed },
      wake: () => this.wake(),
      over: () => this.wake(),
    });
    this.urgent = false;
    this.wire.handler = {
      bytes: (bytes) => {
        if (this.first.length < firstBytesKept) this.keepFirst(bytes);
        this.session.take(bytes);
      },
      end: () => this.lose(true),
      drain: () => this.drained(),
      closed: (clean) => {
        this.lose(clean);
        this.close();
      },
    };
  }

  /** Begins to read, with what came before. */
  begin(): void {
    this.wire.resume();
    if (this.seen.length > 0) this.session.take(this.seen);
  }

  /** Ends it at once, with all streams. */
  abort(): void {
    this.wire.abort();
    this.session.end(errorCode.cancel);
    this.close();
  }

  private keepFirst(bytes: Buffer): void {
    const more = bytes.toString('latin1', 0, firstBytesKept);
    this.first = (this.first + more).slice(0, firstBytesKept);
  }

  private wake(): void {
    if (!this.awake) {
      this.awake = true;
      this.later(this.flush);
    } else if (!this.urgent && this.session.waiting >= urgentBytes) {
      this.urgent = true;
      process.nextTick(this.flush);
    }
  }

  private readonly flush = (): void => {
    this.awake = false;
    this.urgent = false;
    const { wire, session } = this;
    // What the wire has no room for stays with the session, which knows how much may wait.
    if (!this.room) session.limitOutput();
    if (!this.room && !session.isOver) return;
    do {
      for (const { bytes, slab } of session.takeOutput()) {
        this.room = wire.write(bytes);
        if (!wire.busy) recycle(slab);
      }
      // What waited in streams for room in the output has it now.
      if (!session.isOver) session.setWritable(this.room);
    } while (this.room && session.waiting > 0);
    if (session.isOver) this.finish();
  };

  private drained(): void {
    this.room = true;
    this.session.setWritable(true);
    this.wake();
  }

  private lose(clean: boolean): void {
    if (!this.gone) this.events.lost(clean);
  }

  // Everything was said, but a slow reader may still have to hear the last of it.
  private finish(): void {
    if (this.gone || this.finishing) return;
    this.finishing = true;
    const { wire } = this;
    const discard = (): void => {
      clearTimeout(timer);
      wire.discard();
    };
    const timer = setTimeout(discard, lastWriteMilliseconds);
    wire.whenClosed(() => {
      clearTimeout(timer);
      this.close();
    });
    if (!wire.busy || wire.isClosed) discard();
    else {
      wire.end();
      wire.whenEnded(discard);
    }
  }

  private close(): void {
    if (this.gone) return;
    this.gone = true;
    this.events.closed();
  }
}
