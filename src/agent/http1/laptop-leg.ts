import type { Duplex } from 'node:stream';
import { replayBytesMax } from '../../protocol/limits.ts';
import type { PassReason } from '../../protocol/reports.ts';
import type { Divert } from '../divert.ts';
import { guardsOf } from '../guard.ts';
import { StreamEnd } from '../loss.ts';
import { Wire } from '../wire.ts';
import { AnswerReader } from './answers.ts';
import type { Exchange } from './exchange.ts';
import type { Leg, LegOwner } from './leg.ts';

export type LaptopLegOwner = LegOwner & {
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

/**
 * One request on its way through the tunnel to the laptop, and its answer. `admit` has let it go;
 * the leg says when it is no longer under way.
 */
export class LaptopLeg implements Leg {
  private readonly owner: LaptopLegOwner;
  private readonly exchange: Exchange;
  private readonly answers: AnswerReader;
  private readonly cancelled = new AbortController();
  private readonly divert: Divert;
  private wire: Wire | undefined;
  private unsent: Buffer[] = [];
  private kept: Buffer[] | undefined = [];
  private keptOctets = 0;
  private heard = false;
  private over = false;
  private callerEnded = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(exchange: Exchange, divert: Divert, owner: LaptopLegOwner) {
    this.owner = owner;
    this.exchange = exchange;
    this.divert = divert;
    this.answers = new AnswerReader({
      forward: (bytes) => {
        if (!owner.toClient(bytes)) this.wire?.pause();
      },
      marks: owner.marks,
      answered: (_, persistent) => {
        this.settle();
        owner.answered(exchange, !persistent);
      },
      switched: (_, rest) => {
        this.over = true;
        clearTimeout(this.timer);
        this.wire?.stream.once('close', this.leave);
        if (this.wire !== undefined) owner.switched(exchange, this.wire, rest);
      },
      faulty: (_, reason) => {
        if (this.over) return;
        const { started } = this.answers;
        this.abort();
        owner.broken(exchange, reason, started);
      },
    });
    this.answers.expect(exchange);
  }

  readonly begin = (exchange: Exchange, bytes: Buffer): boolean => {
    this.keep(bytes);
    this.limitTime();
    this.unsent.push(Buffer.from(bytes));
    const id = exchange.verdict?.rule.id ?? '';
    this.divert(id, this.cancelled.signal).then(
      (diversion) => {
        if (diversion.ok) this.connected(diversion.stream);
        else this.unanswered(diversion.reason, false);
      },
      () => this.unanswered('tunnel_refused', false),
    );
    return false;
  };

  readonly send = (bytes: Buffer): boolean => {
    if (this.over) return this.wire?.write(bytes) ?? true;
    this.keep(bytes);
    this.limitTime();
    if (this.wire !== undefined) return this.wire.write(bytes);
    this.unsent.push(Buffer.from(bytes));
    return false;
  };

  readonly complete = (): void => {
    if (this.over) this.close();
  };

  readonly answering = (): boolean => this.over || this.answers.started;

  // The app may want to stop working for a caller who has left, as it would without Byway.
  readonly clientEnded = (): void => {
    this.callerEnded = true;
    this.wire?.end();
  };

  readonly resume = (): void => this.wire?.resume();

  readonly abort = (): void => {
    this.settle();
    this.cancelled.abort();
    this.wire?.abort();
  };

  /** The exchange is complete on both sides: nothing more will come or go. */
  readonly close = (): void => this.wire?.discard();

  private connected(stream: Duplex): void {
    const wire = Wire.on(stream);
    const streamEnd = new StreamEnd(stream);
    this.wire = wire;
    if (this.over) {
      wire.abort();
      return;
    }
    wire.handler = {
      bytes: (bytes) => {
        this.heard = true;
        this.answers.take(bytes);
      },
      end: () => {
        if (streamEnd.isWhole() && this.answers.end()) return;
        this.lost(streamEnd);
      },
      drain: () => this.owner.room(),
      closed: () => this.lost(streamEnd),
    };
    const room = this.unsent.map((bytes) => wire.write(bytes)).every(Boolean);
    this.unsent = [];
    if (this.callerEnded) wire.end();
    if (room) this.owner.room();
  }

  private lost(streamEnd: StreamEnd): void {
    if (this.over) return;
    const { reason, written } = streamEnd.loss(this.heard);
    if (!this.answers.started) {
      this.unanswered(reason, written);
      return;
    }
    this.abort();
    this.exchange.verdict?.counter.fail(reason);
    this.owner.brokenOff();
  }

  // Begins anew with each part of the request, so that it measures the app and not the caller.
  private limitTime(): void {
    const { verdict } = this.exchange;
    const { localTimeoutMs, whenSlow } = verdict === undefined ? {} : guardsOf(verdict.rule);
    if (localTimeoutMs === undefined || whenSlow === undefined || whenSlow === 'wait') return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (!this.answers.started) this.unanswered('local_slow', this.wire !== undefined);
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

  private keep(bytes: Buffer): void {
    this.keptOctets += bytes.length;
    if (this.keptOctets > replayBytesMax) this.kept = undefined;
    else this.kept?.push(Buffer.from(bytes));
  }
}
