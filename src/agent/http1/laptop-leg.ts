import { constants, type Http2Stream } from 'node:http2';
import type { Duplex } from 'node:stream';
import { replayBytesMax } from '../../protocol/limits.ts';
import type { PassReason } from '../../protocol/reports.ts';
import type { Divert } from '../divert.ts';
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
};

export type Unanswered = {
  readonly exchange: Exchange;
  readonly reason: PassReason;
  readonly kept: Buffer | undefined;
  readonly written: boolean;
};

/** One request on its way through the tunnel to the laptop, and its answer. */
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
        this.over = true;
        owner.answered(exchange, !persistent);
      },
      switched: (_, rest) => {
        this.over = true;
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
    if (this.wire !== undefined) return this.wire.write(bytes);
    this.unsent.push(Buffer.from(bytes));
    return false;
  };

  readonly complete = (): void => {
    if (this.over) this.close();
  };

  readonly answering = (): boolean => this.over || this.answers.started;

  readonly clientEnded = (): void => {};

  readonly resume = (): void => this.wire?.resume();

  readonly abort = (): void => {
    this.over = true;
    this.cancelled.abort();
    this.wire?.abort();
  };

  /** The exchange is complete on both sides: nothing more will come or go. */
  readonly close = (): void => this.wire?.discard();

  private connected(stream: Duplex): void {
    const wire = Wire.on(stream);
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
        // A stream that was reset may say "end" too: that completes no answer.
        const whole = !stream.destroyed && resetCode(stream) === constants.NGHTTP2_NO_ERROR;
        if (whole && this.answers.end()) return;
        this.lost(whole ? 'local_closed' : 'laptop_gone', stream);
      },
      drain: () => this.owner.room(),
      closed: () => this.lost('laptop_gone', stream),
    };
    const room = this.unsent.map((bytes) => wire.write(bytes)).every(Boolean);
    this.unsent = [];
    if (room) this.owner.room();
  }

  private lost(reason: PassReason, stream: Duplex): void {
    if (this.over) return;
    const code = resetCode(stream);
    const untouched = code === constants.NGHTTP2_REFUSED_STREAM && !this.heard;
    if (this.answers.started) {
      this.abort();
      this.owner.broken(this.exchange, 'the answer from the laptop broke off', true);
      return;
    }
    const broke = code === constants.NGHTTP2_INTERNAL_ERROR || untouched;
    this.unanswered(broke ? 'local_closed' : reason, !untouched);
  }

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

const resetCode = (stream: Duplex): number =>
  (stream as Partial<Http2Stream>).rstCode ?? constants.NGHTTP2_NO_ERROR;
