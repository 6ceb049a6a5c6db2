import { errorCode } from '../protocol/http2/constants.ts';
import type { PassReason } from '../protocol/reports.ts';
import type { DivertedStream } from './divert.ts';

/** Why a stream to the laptop is over without a whole answer. */
export type Loss = {
  readonly reason: PassReason;
  /** The local app may have seen a part of the request. */
  readonly written: boolean;
};

/** Tells, once a stream to the laptop is over, what became of it. */
export class StreamEnd {
  private readonly stream: DivertedStream;

  constructor(stream: DivertedStream) {
    this.stream = stream;
  }

  /** Whether the laptop ended its side in order. */
  isWhole(): boolean {
    return this.stream.isWhole && this.stream.code === errorCode.noError;
  }

  /** Whether another request may go on it: it is open, and so is its way to the laptop. */
  isUsable(): boolean {
    const { stream } = this;
    return !stream.isClosed && !stream.isEnded && !stream.isWhole && !stream.isDraining;
  }

  /** `heard`: some byte has come from the local app. `ended`: so has the end of its side. */
  loss(heard: boolean, ended = false): Loss {
    const { code, isLost } = this.stream;
    if (isLost) return { reason: 'manager_gone', written: true };
    if (this.isWhole() || (ended && code === errorCode.noError)) {
      return { reason: 'local_closed', written: true };
    }
    // Only the session knows that: nothing was written to the app since its last byte.
    if (code === errorCode.refusedStream) return { reason: 'local_closed', written: heard };
    const broke = code === errorCode.internalError;
    return { reason: broke ? 'local_closed' : 'laptop_gone', written: true };
  }
}
