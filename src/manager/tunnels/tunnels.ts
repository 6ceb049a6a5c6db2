import type { Carrier, Transport } from '../../tunnel/carrier.ts';
import { transportOf } from '../../tunnel/carrier.ts';
import type { TunnelEnd } from '../../tunnel/end.ts';
import { ApiProblem } from '../http/api-problem.ts';
import {
  tunnelsMax,
  tunnelsPerUserMax,
  upgradesPerUserBurst,
  upgradesPerUserPerSecond,
  usersSeenMax,
} from '../limits.ts';
import { Rates } from './rates.ts';

export type TunnelRole = 'laptop' | 'agent';

/** A tunnel that is up. */
export type HeldTunnel = {
  readonly role: TunnelRole;
  readonly transport: Transport;
  readonly end: TunnelEnd;
  readonly carrier: Carrier;
};

/** Bytes of all tunnels since the start, those that are gone too. */
export type TunnelBytes = Readonly<
  Record<TunnelRole, { readonly in: number; readonly out: number }>
>;

/** Every tunnel that is up or about to be, and who may have one more. */
export class Tunnels {
  readonly #held = new Set<HeldTunnel>();
  readonly #places = new Map<string, number>();
  readonly #rates = new Rates({
    perSecond: upgradesPerUserPerSecond,
    burst: upgradesPerUserBurst,
    keysMax: usersSeenMax,
  });
  readonly #gone = { laptop: { in: 0, out: 0 }, agent: { in: 0, out: 0 } };
  #taken = 0;

  /**
   * Takes a place for one more tunnel of a user; the returned function gives it back and may be
   * called twice. Throws `too_many`.
   */
  admit(user: string): () => void {
    if (!this.#rates.take(user, performance.now())) {
      throw tooMany('You open tunnels too fast.', 'Wait a second.');
    }
    const own = this.#places.get(user) ?? 0;
    if (own >= tunnelsPerUserMax) throw tooMany(`You have ${own} tunnels already.`);
    if (this.#taken >= tunnelsMax) throw tooMany(`There are ${tunnelsMax} tunnels already.`);
    this.#taken += 1;
    this.#places.set(user, own + 1);
    let given = false;
    return () => {
      if (given) return;
      given = true;
      this.#taken -= 1;
      const left = (this.#places.get(user) ?? 1) - 1;
      if (left === 0) this.#places.delete(user);
      else this.#places.set(user, left);
    };
  }

  /** Keeps a tunnel until it is gone. */
  hold(role: TunnelRole, carrier: Carrier, end: TunnelEnd): void {
    const held = { role, transport: transportOf(carrier), end, carrier };
    this.#held.add(held);
    void end.closed.then(() => {
      this.#held.delete(held);
      this.#gone[role].in += carrier.bytesRead;
      this.#gone[role].out += carrier.bytesWritten;
    });
  }

  all(): Iterable<HeldTunnel> {
    return this.#held;
  }

  bytes(): TunnelBytes {
    const sum = { laptop: { ...this.#gone.laptop }, agent: { ...this.#gone.agent } };
    for (const { role, carrier } of this.#held) {
      sum[role].in += carrier.bytesRead;
      sum[role].out += carrier.bytesWritten;
    }
    return sum;
  }
}

const tooMany = (detail: string, hint?: string): ApiProblem =>
  new ApiProblem('too_many', detail, hint === undefined ? {} : { hint }, { 'retry-after': '1' });
