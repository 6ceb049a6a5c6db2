import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../../base/errors.ts';
import type { InterceptEvent } from '../../protocol/intercepts.ts';
import type { ManagerClient } from '../manager-client/client.ts';
import { eventsRetryMs } from './limits.ts';

/** An event of the manager, or that it knows the intercept no more. */
export type FollowedEvent = InterceptEvent | { readonly type: 'gone' };

/**
 * What happens to an intercept, through all interruptions, until `ended` or `gone` or the signal.
 * Throws only when the token is no longer good. `onRenewal` is given what begins a new connection, for
 * when the present one may be dead without anyone having noticed.
 */
export async function* follow(
  manager: Pick<ManagerClient, 'events'>,
  id: string,
  signal: AbortSignal,
  onRenewal: (renew: () => void) => void = () => {},
): AsyncGenerator<FollowedEvent> {
  while (!signal.aborted) {
    const part = new AbortController();
    onRenewal(() => part.abort());
    for await (const event of onePart(manager, id, AbortSignal.any([signal, part.signal]))) {
      yield event;
      if (event.type === 'ended' || event.type === 'gone') return;
    }
    // Rejects only when aborted, which the loop looks at itself.
    await sleep(eventsRetryMs, undefined, { signal }).catch(() => {});
  }
}

/** The events until the connection breaks, for whatever reason. */
async function* onePart(
  manager: Pick<ManagerClient, 'events'>,
  id: string,
  signal: AbortSignal,
): AsyncGenerator<FollowedEvent> {
  try {
    yield* manager.events(id, signal);
  } catch (error) {
    if (signal.aborted) return;
    if (!(error instanceof UserError) || ['not_logged_in', 'policy'].includes(error.kind))
      throw error;
    if (error.kind === 'not_found') yield { type: 'gone' };
  }
}
