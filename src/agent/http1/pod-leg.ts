import type { Wire } from '../../base/wire/wire.ts';
import { AnswerReader } from './answers.ts';
import type { Exchange } from './exchange.ts';
import type { Leg, LegOwner } from './leg.ts';

export type PodLegOwner = LegOwner & {
  /** The pod has ended its side (`clean`) or the connection to it broke; no answer is pending. */
  readonly podGone: (clean: boolean) => void;
};

/**
 * The upstream connection of one client connection, never shared with another. What the pod does
 * to it, such as ending it in the middle of an answer, is done to the client likewise.
 */
export class PodLeg implements Leg {
  private readonly wire: Wire;
  private readonly owner: PodLegOwner;
  private readonly answers: AnswerReader;
  private gone = false;

  constructor(wire: Wire, owner: PodLegOwner) {
    this.wire = wire;
    this.owner = owner;
    this.answers = new AnswerReader({
      forward: (bytes) => {
        if (!owner.toClient(bytes)) wire.pause();
      },
      marks: owner.marks,
      // Whether the connection goes on is the pod's own decision: its end is passed on.
      answered: (exchange) => owner.answered(exchange, false),
      switched: (exchange, rest) => owner.switched(exchange, wire, rest),
      faulty: (exchange, reason) => {
        const { started } = this.answers;
        this.abort();
        owner.broken(exchange, reason, started);
      },
    });
    wire.handler = {
      bytes: (bytes) => this.answers.take(bytes),
      end: () => {
        this.answers.end();
        this.leave(true);
      },
      drain: () => owner.room(),
      closed: (clean) => {
        this.leave(clean);
        // What still comes for it is dropped, so that the client's own end is seen.
        owner.room();
      },
    };
    wire.resume();
  }

  readonly begin = (exchange: Exchange, bytes: Buffer): boolean => {
    this.answers.expect(exchange);
    return this.wire.write(bytes);
  };

  readonly send = (bytes: Buffer): boolean => this.wire.write(bytes);

  readonly complete = (): void => {};

  readonly answering = (): boolean => this.answers.started;

  readonly clientEnded = (): void => this.wire.end();

  readonly resume = (): void => this.wire.resume();

  readonly abort = (): void => {
    this.gone = true;
    this.wire.abort();
  };

  /** Ends the connection properly; what the pod still sends is dropped. */
  readonly end = (): void => {
    this.gone = true;
    this.wire.discard();
  };

  private leave(clean: boolean): void {
    if (this.gone) return;
    this.gone = true;
    this.owner.podGone(clean);
  }
}
