import { UserError } from '../../base/errors.ts';
import type { Intercept, InterceptEvent } from '../../protocol/intercepts.ts';
import { plain } from '../wording/plain.ts';
import type { SessionArrivals } from './arrival-events.ts';
import { CountsTeller } from './counts-teller.ts';
import type { FollowedEvent } from './follow.ts';
import type { SessionEnd, SessionEvent } from './session-event.ts';

export type Watching = {
  readonly events: AsyncIterable<FollowedEvent>;
  readonly intercept: Intercept;
  /** `performance.now()` when the session began. */
  readonly startedAt: number;
  readonly arrivals: Pick<SessionArrivals, 'probed'>;
  readonly onReady: () => void;
  /** How the intercept is now, each time that changes. */
  readonly onIntercept: (intercept: Intercept) => void;
  readonly onEvent: (event: SessionEvent) => void;
  /** `performance.now()` of a loss since the last `ready`; asked once, it is forgotten. */
  readonly takeLoss: () => number | undefined;
};

/**
 * Turns the manager's events into the session's. Returns how the intercept ended, or undefined when
 * the events stopped. Throws a `UserError` of kind `not_ready` when the first probe failed.
 */
export const watch = async (watching: Watching): Promise<SessionEnd | undefined> => {
  const progress: Progress = { readyOnce: false, paused: false };
  const counts = new CountsTeller(watching.onEvent);
  try {
    return await watchAll(watching, progress, counts);
  } finally {
    counts.stop();
  }
};

const watchAll = async (
  watching: Watching,
  progress: Progress,
  counts: CountsTeller,
): Promise<SessionEnd | undefined> => {
  for await (const event of watching.events) {
    if (event.type === 'gone') return event;
    if (event.type === 'ended') return event;
    if (event.type === 'not_ready') {
      tellNotReady(watching, progress.readyOnce, plain(event.reason));
    } else if (event.type === 'near_misses') watching.onEvent(event);
    else if (event.type === 'intercept') {
      takeIntercept(watching, progress, event.intercept);
      counts.now(event.intercept.counts);
    } else takeReady(watching, progress, event);
  }
  return undefined;
};

type Progress = { readyOnce: boolean; paused: boolean };

const takeIntercept = (watching: Watching, progress: Progress, intercept: Intercept): void => {
  const { onEvent, onIntercept, takeLoss } = watching;
  onIntercept(intercept);
  const before = progress.paused;
  // While it is disconnected nobody knows; a pause is told again when the tunnel is back.
  if (intercept.state !== 'active') progress.paused = intercept.state === 'paused';
  if (before || !progress.paused) return;
  const by = plain(intercept.paused?.by ?? '');
  if (!progress.readyOnce) throw notReady(`${by} paused it before.`);
  takeLoss();
  onEvent({ type: 'paused', by });
};

const takeReady = (watching: Watching, progress: Progress, event: Ready): void => {
  if (progress.paused) watching.onEvent({ type: 'resumed' });
  else tellReady(watching, progress.readyOnce, event);
  watching.arrivals.probed(event.legsMs.local !== null);
  progress.paused = false;
  progress.readyOnce = true;
  watching.onReady();
};

type Ready = Extract<InterceptEvent, { readonly type: 'ready' }>;

const tellReady = (watching: Watching, again: boolean, { legsMs }: Ready): void => {
  const { intercept, startedAt, onEvent, takeLoss } = watching;
  const lostAt = takeLoss();
  // The manager says it again to whoever asks again, and when another agent has come.
  const since = again ? lostAt : startedAt;
  if (since !== undefined) {
    onEvent({ type: 'ready', intercept, legsMs, tookMs: performance.now() - since, again });
  }
};

const tellNotReady = ({ onEvent }: Watching, readyOnce: boolean, reason: string): void => {
  if (!readyOnce) throw notReady(reason);
  onEvent({ type: 'not_ready', reason });
};

export const notReady = (reason: string): UserError =>
  new UserError(
    `Not ready: ${reason}\n  The intercept was taken back; the pod answers as before.`,
    {
      kind: 'not_ready',
      hint: 'See which agents there are   byway status',
    },
  );
