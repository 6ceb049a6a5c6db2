import type { EndReason, Intercept, Successor } from '../../protocol/intercepts.ts';
import type { NearMiss } from '../../protocol/near-miss.ts';
import type { ProbeLegs } from '../../protocol/reports.ts';
import type { Transport } from '../../tunnel/carrier.ts';
import type { Observation } from './observe.ts';

/** What happens to a session, in the order in which it happens. */
export type SessionEvent =
  /** Requests come here now; said again when a lost tunnel is back. */
  | {
      readonly type: 'ready';
      readonly intercept: Intercept;
      readonly legsMs: ProbeLegs;
      /** From the first byte to the manager, or from the loss of the tunnel. */
      readonly tookMs: number;
      readonly again: boolean;
    }
  | { readonly type: 'request'; readonly id: string; readonly observation: Observation }
  /** A request went to the pod, because nothing listens on the local port. */
  | { readonly type: 'passed'; readonly id: string }
  /** The local port began or ceased to accept connections. */
  | { readonly type: 'port'; readonly listening: boolean }
  | { readonly type: 'reconnecting'; readonly attempt: number; readonly why: string }
  | {
      readonly type: 'connected';
      readonly lostMs: number;
      readonly transport: Transport | undefined;
    }
  /** The pod answers everything, because someone wants that; told again after a reconnection. */
  | { readonly type: 'paused'; readonly by: string }
  /** After `paused`: the way was measured, and requests come here again. */
  | { readonly type: 'resumed' }
  /** The end is near, and can be put off; `until` is RFC 3339 by the manager's clock. */
  | { readonly type: 'ending'; readonly until: string; readonly leftMs: number }
  | { readonly type: 'extended'; readonly until: string }
  /** After `ready`: the way was measured again and is not whole. */
  | { readonly type: 'not_ready'; readonly reason: string }
  /** The manager's figures of all agents, at most once a second. */
  | { readonly type: 'counts'; readonly counts: Intercept['counts'] }
  /** All requests that came close in the last minute, oldest first; replaces what was said before. */
  | { readonly type: 'near_misses'; readonly misses: readonly NearMiss[] };

/** Why a session is over. `stopped`: because it was asked to; it has told the manager. */
export type SessionEnd =
  | { readonly type: 'stopped'; readonly told: boolean }
  | {
      readonly type: 'ended';
      readonly reason: EndReason;
      readonly by: string;
      readonly successor?: Successor;
    }
  /** The manager has no such intercept any more, and nobody knows since when. */
  | { readonly type: 'gone' };
