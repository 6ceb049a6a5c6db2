import type { Carrier } from './carrier.ts';
import { clockJumpMsMin, firstPingMs, lateMsMax, pingEveryMs, silenceMsMax } from './limits.ts';

/** In milliseconds: how often to PING, and how long a peer may send no byte at all. */
export type Heartbeat = {
  readonly everyMs: number;
  readonly silenceMs: number;
  /** How long an answer may take before the tunnel is in doubt. */
  readonly lateMs?: number;
};

export const usualHeartbeat: Heartbeat = { everyMs: pingEveryMs, silenceMs: silenceMsMax };

/** What is PINGed: one side of a connection of HTTP/2, whoever speaks it. */
export type Pinged = {
  /** Sends a PING; calls back with its round trip in milliseconds, or never. */
  readonly ping: (answered: (milliseconds: number) => void) => void;
  /** It takes no PING any more. */
  readonly isOver: () => boolean;
};

type Listener = () => void;

/** Looks at what came in, from one PING to the next: by so much death may be seen late. */
const looksPerPing = 20;

/**
 * PINGs (RFC 9113 6.7) until `stop` or until the peer has been silent for too long, a quarter of a
 * second later at most; then calls `onDead` once. Silence is added up from look to look: one that is
 * late, as on a busy machine, counts for two at most, and after a jump of the clock silence begins
 * anew. So when a stopped process or a sleeping machine goes on, the peer first gets time to answer.
 */
export class Pulse {
  readonly #pinged: Pinged;
  readonly #socket: Pick<Carrier, 'bytesRead'>;
  readonly #heartbeat: Required<Heartbeat>;
  readonly #lookMs: number;
  readonly #onDead: () => void;
  readonly #listeners = new Set<Listener>();
  readonly #timer: NodeJS.Timeout;
  readonly #first: NodeJS.Timeout;
  #lateTimer: NodeJS.Timeout | undefined;
  #bytesSeen = -1;
  #silentMs = 0;
  #looks = 0;
  #lookedAt: number = performance.now();
  #latencyMs: number | undefined;
  #late = false;

  constructor(
    pinged: Pinged,
    socket: Pick<Carrier, 'bytesRead'>,
    heartbeat: Heartbeat,
    onDead: () => void,
  ) {
    this.#pinged = pinged;
    this.#socket = socket;
    this.#heartbeat = { lateMs: lateMsMax, ...heartbeat };
    this.#onDead = onDead;
    this.#lookMs = heartbeat.everyMs / looksPerPing;
    this.#timer = setInterval(() => this.#look(), this.#lookMs);
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
    if (this.#pinged.isOver()) return;
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

  #look(): void {
    if (this.#pinged.isOver()) return;
    const now = performance.now();
    const sinceMs = now - this.#lookedAt;
    this.#lookedAt = now;
    const { bytesRead } = this.#socket;
    const wasAway = sinceMs > this.#lookMs + clockJumpMsMin;
    const isSilent = bytesRead === this.#bytesSeen && !wasAway;
    this.#silentMs = isSilent ? this.#silentMs + Math.min(sinceMs, 2 * this.#lookMs) : 0;
    this.#bytesSeen = bytesRead;
    if (this.#silentMs >= this.#heartbeat.silenceMs) {
      this.stop();
      this.#onDead();
      return;
    }
    this.#looks += 1;
    if (wasAway || this.#looks % looksPerPing === 0) this.#ping();
  }

  #ping(): void {
    if (this.#pinged.isOver()) return;
    this.#pinged.ping((milliseconds) => {
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
