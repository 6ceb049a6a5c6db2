import { constants, type Http2Session, type Http2Stream } from 'node:http2';
import type { Duplex } from 'node:stream';
import type { PassReason } from '../protocol/reports.ts';

/** Why a stream to the laptop is over without a whole answer. */
export type Loss = {
  readonly reason: PassReason;
  /** The local app may have seen a part of the request. */
  readonly written: boolean;
};

/** Tells, once a stream to the laptop is over, what became of it. */
export class StreamEnd {
  private readonly stream: Duplex & Partial<Pick<Http2Stream, 'rstCode' | 'session'>>;
  private readonly session: Http2Session | undefined;

  /** To be made while the stream is open. */
  constructor(stream: Duplex) {
    this.stream = stream;
    this.session = this.stream.session;
  }

  /** Whether the laptop ended its side in order. A stream that was reset may say `end`, too. */
  isWhole(): boolean {
    return !this.stream.destroyed && this.code === constants.NGHTTP2_NO_ERROR;
  }

  /** Whether another request may go on it: it is open, and so is its way to the laptop. */
  isUsable(): boolean {
    const { stream, session } = this;
    const isOpen = !stream.destroyed && stream.writable && stream.readable && this.code === 0;
    return isOpen && session?.closed !== true && session?.destroyed !== true;
  }

  /** `heard`: some byte has come from the local app. `ended`: so has the end of its side. */
  loss(heard: boolean, ended = false): Loss {
    if (this.session?.destroyed === true) return { reason: 'manager_gone', written: true };
    if (this.isWhole() || (ended && this.code === constants.NGHTTP2_NO_ERROR)) {
      return { reason: 'local_closed', written: true };
    }
    // Only the session knows that: nothing was written to the app since its last byte.
    if (this.code === constants.NGHTTP2_REFUSED_STREAM) {
      return { reason: 'local_closed', written: heard };
    }
    const broke = this.code === constants.NGHTTP2_INTERNAL_ERROR;
    return { reason: broke ? 'local_closed' : 'laptop_gone', written: true };
  }

  private get code(): number {
    return this.stream.rstCode ?? constants.NGHTTP2_NO_ERROR;
  }
}
