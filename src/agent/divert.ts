import type { Duplex } from 'node:stream';
import type { PassReason } from '../protocol/reports.ts';

/** A stream to the laptop's local port, or why there is none; then no byte reached the port. */
export type Diversion =
  | { readonly ok: true; readonly stream: Duplex }
  | { readonly ok: false; readonly reason: PassReason };

/** Opens a stream for one intercept. Never rejects, and settles within its own time limit. */
export type Divert = (intercept: string, signal: AbortSignal) => Promise<Diversion>;
