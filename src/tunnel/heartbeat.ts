import type { Carrier } from './carrier.ts';
import { firstPingMs, lateMsMax, pingEveryMs, silenceMsMax } from './limits.ts';

/** In milliseconds: how often to PING, and how long a peer may send no byte at all. */
export type Heartbeat = {
  readonly everyMs: number;
  readonly silenceMs: number;
  /** How long an answer may take before the tunnel is in doubt. */
  readonly lateMs?: number;
};

export const usualHeartbeat: Heartbeat = { everyMs: pingEveryMs, silenceMs: silenceMsMax };

type Listener = () => void;

/** What is PINGed. */
export type Pingable = {
  readonly isOver: boolean;
  /** Tells how long the answer took, when it comes. */
  readonly ping: (answered: (milliseconds: number) => void) => void;
};

/**
 * PINGs (RFC 9113 6.7) until `stop` or until the peer has been silent for too long; then calls
 * `onDead` once. Silence is counted in beats, not by the clock: after a stopped process or a sleeping
 * machine goes on, the peer first gets the time to answer.
 */
export class Pulse {
  readonly #session: Pingable;
  readonly #socket: Carrier;
  readonly #heartbeat: Required<Heartbeat>;
  readonly #onDead: () => void;
  readonly #listeners = new Set<Listener>();
  readonly #timer: NodeJS.Timeout;
  readonly #first: NodeJS.Timeout;
  #lateTimer: NodeJS.Timeout | undefined;
  #bytesSeen = -1;
  #silentBeats = 0;
  #latencyMs: number | undefined;
  #late = false;

  constructor(session: Pingable, socket: Carrier, heartbeat: Heartbeat, onDead: () => void) {
    this.#session = session;
    this.#socket = socket;
    this.#heartbeat = { lateMs: lateMsMax, ...heartbeat };
    this.#onDead = onDead;
    this.#timer = setInterval(() => this.#beat(), heartbeat.everyMs);
    this.#first = setTimeout(() => this.#ping(), Math.min(firstPingMs, heartbeat.everyMs));
  }

  /** The round trip of the last PING that was answered; undefined before the first. */
  get latencyMs(): number | undefined {
    return this.#latencyMs;
  }

  /** The last PING was not answered in time, nor did any other byte come, or `doubt` was called. */
  get late(): boolean {
    return this.#late;
  }

  /** PINGs at once and counts as late until the answer. */
  doubt(): void {
    if (this.#session.isOver) return;
    this.#setLate(true);
    this.#ping();
  }

  /** Calls back when `late` has changed; returns what to call to stop that. */
  watch(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  stop(): void {
    clearInterval(this.#timer);
    clearTimeout(this.#first);
    clearTimeout(this.#lateTimer);
  }

  #beat(): void {
    if (this.#session.isOver) return;
    const { everyMs, silenceMs } = this.#heartbeat;
    const { bytesRead } = this.#socket;
    this.#silentBeats = bytesRead === this.#bytesSeen ? this.#silentBeats + 1 : 0;
    this.#bytesSeen = bytesRead;
    if (this.#silentBeats < Math.ceil(silenceMs / everyMs)) {
      this.#ping();
      return;
    }
    this.stop();
    this.#onDead();
  }

  #ping(): void {
    if (this.#session.isOver) return;
    this.#session.ping((milliseconds) => {
      this.#latencyMs = milliseconds;
      clearTimeout(this.#lateTimer);
      this.#lateTimer = undefined;
      this.#setLate(false);
    });
    this.#lateTimer ??= this.#expectAnswer();
  }

  #expectAnswer(): NodeJS.Timeout {
    const { lateMs } = this.#heartbeat;
    const { bytesRead } = this.#socket;
    const since = performance.now();
    return setTimeout(() => {
      this.#lateTimer = undefined;
      // A timer that is late itself says that we were stopped, and nothing of the peer.
      if (performance.now() - since > 2 * lateMs) this.#ping();
      else if (this.#socket.bytesRead === bytesRead) this.#setLate(true);
    }, lateMs);
  }

  #setLate(late: boolean): void {
    if (late === this.#late) return;
    this.#late = late;
    for (const listener of this.#listeners) listener();
  }
}
