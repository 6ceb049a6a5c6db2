import { Budget } from './budget.ts';
import { errorCode } from './constants.ts';
import type { Core } from './core.ts';
import { Http2Fault } from './fault.ts';
import type { Http2Stream } from './stream.ts';

const { protocolError, streamClosed, enhanceYourCalm } = errorCode;

export const tooMany = (what: string): Http2Fault =>
  new Http2Fault(enhanceYourCalm, `too many ${what}`);

/** What is done about frames that their stream does not allow (RFC 9113 5.1, 5.4). */
export class StreamFaults {
  private readonly core: Core;
  /** Streams that came to nothing. */
  private readonly futile: Budget;

  constructor(core: Core) {
    this.core = core;
    const { futileMax = 1000, futilePerSecond = 100 } = core.limits;
    this.futile = new Budget(futileMax, futilePerSecond);
  }

  /** Counts a client's stream that came to nothing; throws when there are too many. */
  countFutile(): void {
    if (this.core.role === 'server' && !this.futile.take()) throw tooMany('streams for nothing');
  }

  /** One stream is at fault: it ends, the others go on. */
  end(stream: Http2Stream, code: number, reason: string): void {
    if (stream.closed) return;
    stream.reset(code);
    stream.events.reset(code, reason);
    this.countFutile();
  }

  /** A frame for a stream that is not there. What was on its way when we reset it is ignored. */
  late(id: number, what: string): void {
    this.assertNotIdle(id, what);
    const was = this.core.recently.find(id);
    if (was === 'reset') return;
    const code = was === 'finished' ? streamClosed : protocolError;
    throw new Http2Fault(code, `${what} on a stream that is closed`);
  }

  assertNotIdle(id: number, what: string): void {
    if (!this.core.isIdle(id)) return;
    throw new Http2Fault(protocolError, `${what} on a stream that was never opened`);
  }
}
