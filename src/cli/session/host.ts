import { newIdentifier } from '../../base/identifier.ts';
import type { TunnelStatus } from '../control/messages.ts';
import type { ManagerClient } from '../manager-client/client.ts';
import { Recorder } from '../recorder/recorder.ts';
import type { SessionArrivals } from './arrival-events.ts';
import { type ArrivalEvents, serveArrival } from './arrivals.ts';
import { createPorts, type Ports } from './ports.ts';
import type { SessionEvent } from './session-event.ts';
import { openTunnel, type SessionTunnel } from './tunnel.ts';

/** Whoever is told what happens to the tunnel. */
export type Guest = {
  readonly onEvent: (event: SessionEvent) => void;
  /** `performance.now()` when the tunnel was lost, until it was said to be ready again. */
  lostAt: number | undefined;
  /** Asks for its events anew: their connection may have died with the tunnel's, unnoticed. */
  renew: () => void;
};

/** One tunnel to a manager, and the intercepts that share it. */
export class Host {
  readonly session: string = newIdentifier('se');
  readonly manager: ManagerClient;
  readonly ports: Ports = createPorts();
  readonly recorder: Recorder = new Recorder();
  /** By the intercept's id. */
  readonly arrivals: Map<string, SessionArrivals> = new Map();
  readonly #guests = new Set<Guest>();
  #tunnel: SessionTunnel | undefined;
  #down: { readonly attempt: number; readonly retryAt: number } | undefined;
  #wasUp = false;

  constructor(manager: ManagerClient) {
    this.manager = manager;
  }

  /** Opens the tunnel for the first guest. Returns what to call when the guest is over. */
  join(guest: Guest): { readonly tunnel: SessionTunnel; readonly leave: () => void } {
    this.#guests.add(guest);
    this.#tunnel ??= this.#open();
    return { tunnel: this.#tunnel, leave: () => void this.#guests.delete(guest) };
  }

  /** Lets running requests finish, 5 s at most. */
  async close(): Promise<void> {
    this.#tunnel?.close();
    await this.#tunnel?.over.catch(() => {}); // A refusal has been thrown to each guest already.
  }

  /** How the tunnel is at this moment. */
  status(): TunnelStatus {
    const pulse = this.#tunnel?.pulse();
    const latencyMs = pulse?.latencyMs ?? null;
    if (this.#down !== undefined) {
      const { attempt, retryAt } = this.#down;
      const retryInMs = Math.max(0, Math.round(retryAt - performance.now()));
      return { state: 'reconnecting', latencyMs: null, attempt, retryInMs };
    }
    const late = pulse?.late === true ? 'late' : 'connected';
    const state = this.#wasUp ? late : 'connecting';
    return { state, latencyMs, attempt: null, retryInMs: null };
  }

  #open(): SessionTunnel {
    const tunnel = openTunnel({
      connection: this.manager.connection,
      session: this.session,
      onArrival: (arrival) =>
        void serveArrival(arrival, this.ports.find, this.#eventsOf(arrival.intercept)),
      onDown: (attempt, why, retryInMs) => {
        this.#down = { attempt, retryAt: performance.now() + retryInMs };
        for (const guest of this.#guests) {
          guest.lostAt ??= performance.now();
          guest.onEvent({ type: 'reconnecting', attempt, why });
        }
      },
      onBack: (lostMs) => {
        this.#down = undefined;
        for (const guest of this.#guests) {
          guest.onEvent({ type: 'connected', lostMs, transport: tunnel.transport() });
          guest.renew();
        }
      },
    });
    tunnel.up.then(
      () => {
        this.#wasUp = true;
      },
      () => {}, // Whoever waits for it is told.
    );
    return tunnel;
  }

  // Looked up when it is needed: an arrival may come before its intercept is known here.
  #eventsOf(intercept: string): ArrivalEvents {
    return {
      request: (observation) => this.arrivals.get(intercept)?.request(observation),
      begin: (head) => this.arrivals.get(intercept)?.begin(head),
      port: (listening) => this.arrivals.get(intercept)?.port(listening),
    };
  }
}
