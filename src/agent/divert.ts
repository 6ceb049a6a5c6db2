import type { Wire } from '../base/wire/wire.ts';
import type { PassReason } from '../protocol/reports.ts';

/** What became of a stream, as the tunnel knows it. */
export type Fate = {
  /** The whole tunnel is gone. */
  readonly isLost: boolean;
  /** No further stream can be had on its tunnel. */
  readonly isDraining: boolean;
  /** The laptop has ended its side in order, and all of it was told. */
  readonly isWhole: boolean;
  /** The code with which it was reset, by either side; 0 while it is open or ended in order. */
  readonly code: number;
};

/** Paused until the first `resume`. */
export type DivertedStream = Wire & Fate;

/** A stream to the laptop's local port, or why there is none; then no byte reached the port. */
export type Diversion =
  | { readonly ok: true; readonly stream: DivertedStream }
  | { readonly ok: false; readonly reason: PassReason };

/** Opens a stream for one intercept. Never rejects, and settles within its own time limit. */
export type Divert = (intercept: string, signal: AbortSignal) => Promise<Diversion>;
