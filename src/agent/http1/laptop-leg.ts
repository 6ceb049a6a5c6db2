import type { Wire } from '../../base/wire/wire.ts';
import { replayBytesMax } from '../../protocol/limits.ts';
import type { CallerFault, PassReason } from '../../protocol/reports.ts';
import { guardsOf } from '../guard.ts';
import type { LaptopPool, LaptopStream } from '../laptop-pool.ts';
import { AnswerReader } from './answers.ts';
import type { Exchange } from './exchange.ts';
import type { Leg, LegOwner } from './leg.ts';

export type LaptopLegOwner = LegOwner & {
  readonly client: Wire;
  /**
   * The laptop did not answer and not a byte of an answer was forwarded. `kept` is the request as
   * far as it has come, or undefined when it was too long to keep; `written`: the local app may
   * have seen a part of it.
   */
  readonly unanswered: (failure: Unanswered) => void;
  /** The answer broke off after a part of it was forwarded; this is counted. */
  readonly brokenOff: () => void;
};

export type Unanswered = {
  readonly exchange: Exchange;
  readonly reason: PassReason;
  readonly kept: Buffer | undefined;
  readonly written: boolean;
};

/** Milliseconds to learn whether a stream that ended unasked had brought a request to the app. */
const verdictMsMax = 500;

/**
 * One request on its way through the tunnel to the laptop, and its answer. `admit` has let it go;
 * the leg says when it is no longer under way. Its stream comes from the pool when one is idle, and
 * goes back when both the request and its answer are complete and nothing came behind them.
 */
export class LaptopLeg implements Leg {
  private readonly owner: LaptopLegOwner;
  private readonly exchange: Exchange;
  private readonly answers: AnswerReader;
  private readonly laptops: LaptopPool;
  private opening: AbortController | undefined;
  private laptop: LaptopStream | undefined;
  private unsent: Buffer[] = [];
  private kept: Buffer[] | undefined = [];
  private keptOctets = 0;
  private heard = false;
  private over = false;
  private isComplete = false;
  private reusable = false;
  private taking = false;
  private closing = false;
  private callerEnded = false;
  private appEnded = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(exchange: Exchange, laptops: LaptopPool, owner: LaptopLegOwner) {
    this.owner = owner;
    this.exchange = exchange;
    this.laptops = laptops;
    this.answers = new AnswerReader({
      forward: (bytes) => {
        if (!owner.toClient(bytes)) this.laptop?.wire.pause();
      },
      marks: owner.marks,
      answered: (_, persistent) => {
        this.settle();
        this.reusable = persistent && this.isComplete && !this.callerEnded;
        owner.answered(exchange, !persistent);
      },
      switched: (_, rest) => {
        this.over = true;
        clearTimeout(this.timer);
        this.laptop?.wire.whenClosed(this.leave);
        if (this.laptop !== undefined) owner.switched(exchange, this.laptop.wire, rest);
      },
      faulty: (_, reason) => {
        this.reusable = false;
        if (this.over) return;
        const { started } = this.answers;
        this.abort();
        owner.broken(exchange, reason, started);
      },
    });
    this.answers.expect(exchange);
  }

  readonly begin = (exchange: Exchange, bytes: Buffer): boolean => {
    const own = Buffer.from(bytes);
    this.keep(own);
    this.limitTime();
    const isRepeatable = exchange.reuse?.repeatable === true;
    const idle = isRepeatable ? this.laptops.take(this.intercept, this.owner.client) : undefined;
    if (idle !== undefined) return this.use(idle, [own]);
    this.unsent.push(own);
    this.open();
    return false;
  };

  readonly send = (bytes: Buffer): boolean => {
    if (this.over) return this.laptop?.wire.write(bytes) ?? true;
    const own = this.kept === undefined && this.laptop !== undefined ? bytes : Buffer.from(bytes);
    this.keep(own);
    this.limitTime();
    if (this.laptop !== undefined) return this.laptop.wire.write(own);
    this.unsent.push(own);
    return false;
  };

  readonly complete = (): void => {
    this.isComplete = true;
    if (this.over) this.close();
  };

  readonly answering = (): boolean => this.over || this.answers.started;

  // The app may want to stop working for a caller who has left, as it would without Byway.
  readonly clientEnded = (): void => {
    this.callerEnded = true;
    this.laptop?.wire.end();
  };

  readonly resume = (): void => this.laptop?.wire.resume();

  readonly abort = (): void => {
    this.settle();
    this.opening?.abort();
    this.laptop?.wire.abort();
  };

  /** The caller is why there will be no answer. */
  readonly giveUp = (fault: CallerFault): void => {
    if (!this.over) this.exchange.verdict?.counter.fail(fault);
    this.abort();
  };

  /** The exchange is complete on both sides: nothing more will come or go. */
  readonly close = (): void => {
    this.closing = true;
    // There may be bytes behind the answer that must be looked at first.
    if (!this.taking) this.leaveStream();
  };

  private get intercept(): string {
    return this.exchange.verdict?.rule.id ?? '';
  }

  private open(): void {
    this.opening = new AbortController();
    this.laptops.open(this.intercept, this.opening.signal).then(
      (opened) => {
        if (opened.ok) this.connected(opened.laptop);
        else this.unanswered(opened.reason, false);
      },
      () => this.unanswered('tunnel_refused', false),
    );
  }

  private connected(laptop: LaptopStream): void {
    if (this.over) {
      laptop.wire.abort();
      return;
    }
    const { unsent } = this;
    this.unsent = [];
    if (this.use(laptop, unsent)) this.owner.room();
  }

  private use(laptop: LaptopStream, unsent: readonly Buffer[]): boolean {
    const { wire, end } = laptop;
    this.laptop = laptop;
    wire.handler = {
      bytes: (bytes) => {
        this.heard = true;
        this.taking = true;
        this.answers.take(bytes);
        this.taking = false;
        if (this.closing) this.leaveStream();
      },
      end: () => {
        if (end.isWhole() && this.answers.end()) return;
        if (laptop.isReused && !this.heard && end.isWhole()) this.awaitVerdict(laptop);
        else this.lost(laptop);
      },
      drain: () => this.owner.room(),
      closed: () => this.lost(laptop),
    };
    wire.resume();
    const room = unsent.map((bytes) => wire.write(bytes)).every(Boolean);
    if (this.callerEnded) wire.end();
    return room;
  }

  // The app closed an idle connection while the request was on its way. The session resets a stream
  // of whose request it wrote nothing; once our side had ended, too, nobody would hear of that.
  private awaitVerdict(laptop: LaptopStream): void {
    this.appEnded = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.lost(laptop), verdictMsMax);
  }

  private lost(laptop: LaptopStream): void {
    if (this.over || this.laptop !== laptop) return;
    const { reason, written } = laptop.end.loss(this.heard, this.appEnded);
    if (!this.answers.started) {
      if (laptop.isReused && !written && this.kept !== undefined) this.again(this.kept);
      else this.unanswered(reason, written);
      return;
    }
    this.abort();
    this.exchange.verdict?.counter.fail(reason);
    this.owner.brokenOff();
  }

  /** Not a byte of the request was written to the app: it goes once more, on a new stream. */
  private again(kept: readonly Buffer[]): void {
    clearTimeout(this.timer);
    this.laptop?.wire.abort();
    this.laptop = undefined;
    this.appEnded = false;
    this.limitTime();
    this.unsent = [...kept];
    this.open();
  }

  private leaveStream(): void {
    const { laptop, reusable, exchange } = this;
    const { next } = exchange.reuse ?? { next: 'nobody' };
    if (laptop === undefined) return;
    if (!this.over) this.settle();
    if (!reusable || next === 'nobody') {
      laptop.wire.discard();
      return;
    }
    this.laptop = undefined;
    const caller = next === 'anyone' ? undefined : this.owner.client;
    this.laptops.give(laptop, caller, this.answers.aliveMs);
  }

  // Begins anew with each part of the request, so that it measures the app and not the caller.
  private limitTime(): void {
    const { verdict } = this.exchange;
    const { localTimeoutMs, whenSlow } = verdict === undefined ? {} : guardsOf(verdict.rule);
    if (localTimeoutMs === undefined || whenSlow === undefined || whenSlow === 'wait') return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (!this.answers.started) this.unanswered('local_slow', this.laptop !== undefined);
    }, localTimeoutMs);
  }

  private settle(): void {
    if (this.over) return;
    this.over = true;
    clearTimeout(this.timer);
    this.leave();
  }

  private readonly leave = (): void => this.exchange.verdict?.load.leave();

  private unanswered(reason: PassReason, written: boolean): void {
    if (this.over) return;
    const kept = this.kept === undefined ? undefined : Buffer.concat(this.kept);
    this.abort();
    this.owner.unanswered({ exchange: this.exchange, reason, kept, written });
  }

  private keep(own: Buffer): void {
    this.keptOctets += own.length;
    if (this.keptOctets > replayBytesMax) this.kept = undefined;
    else this.kept?.push(own);
  }
}
