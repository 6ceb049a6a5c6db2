import { UserError } from '../../base/errors.ts';
import { newIdentifier } from '../../base/identifier.ts';
import type { Intercept, NewIntercept } from '../../protocol/intercepts.ts';
import type { ManagerClient } from '../manager-client/client.ts';
import { type SessionArrivals, sessionArrivals } from './arrival-events.ts';
import { serveArrival } from './arrivals.ts';
import { follow } from './follow.ts';
import { watchLease } from './lease.ts';
import { leaveMsMax, readyMsMax } from './limits.ts';
import type { LocalPort } from './local-port.ts';
import { createPorts } from './ports.ts';
import type { SessionEnd, SessionEvent } from './session-event.ts';
import { openTunnel, type SessionTunnel } from './tunnel.ts';
import { notReady, watch } from './watch.ts';

export type SessionOptions = {
  readonly manager: Pick<ManagerClient, 'connection' | 'create' | 'remove' | 'events'>;
  readonly port: LocalPort;
  readonly wanted: Omit<NewIntercept, 'session'>;
  readonly onCreated: (intercept: Intercept) => Promise<void>;
  readonly onEvent: (event: SessionEvent) => void;
  /** Ends the intercept and lets running requests finish, 5 s at most. */
  readonly stop: AbortSignal;
};

/** What the parts of one running session share. */
type Running = SessionOptions & {
  readonly arrivals: SessionArrivals;
  readonly tunnel: SessionTunnel;
  readonly startedAt: number;
  /** `performance.now()` when the tunnel was lost, until it was said to be ready again. */
  lostAt: number | undefined;
};

/**
 * One intercept from its creation to its end: tunnel, registration, requests, events. Throws a
 * `UserError` when it could not be made, was not ready within 15 s, or when the token is withdrawn;
 * the manager has then been told that it is over, if it could be.
 */
export const runSession = async (options: SessionOptions): Promise<SessionEnd> => {
  const { manager, stop, onEvent } = options;
  const session = newIdentifier('se');
  const ports = createPorts();
  const arrivals = sessionArrivals(onEvent);
  const tunnel = openTunnel({
    connection: manager.connection,
    session,
    onArrival: (arrival) => void serveArrival(arrival, ports.find, arrivals),
    onDown: (attempt, why) => {
      running.lostAt ??= performance.now();
      onEvent({ type: 'reconnecting', attempt, why });
    },
    onBack: (lostMs) => onEvent({ type: 'connected', lostMs }),
  });
  const startedAt = performance.now();
  const running: Running = { ...options, arrivals, tunnel, startedAt, lostAt: undefined };
  stop.addEventListener('abort', tunnel.closeUnlessUp, { once: true });
  try {
    await tunnel.up;
    if (stop.aborted) return { type: 'stopped', told: true };
    const intercept = await ports.register(options.port, () =>
      manager.create({ ...options.wanted, session }),
    );
    return await serve(running, intercept);
  } finally {
    stop.removeEventListener('abort', tunnel.closeUnlessUp);
    tunnel.close();
    await tunnel.over.catch(() => {}); // A refusal has been thrown above already.
  }
};

// The rule goes first and the tunnel after it, so that agents pass instead of failing to divert.
const serve = async (running: Running, intercept: Intercept): Promise<SessionEnd> => {
  const { manager } = running;
  let end: SessionEnd | undefined;
  try {
    await running.onCreated(intercept);
    end = await untilOver(running, intercept);
  } catch (error) {
    await leave(manager, intercept.id);
    throw error;
  }
  return end ?? { type: 'stopped', told: await leave(manager, intercept.id) };
};

const untilOver = async (
  running: Running,
  intercept: Intercept,
): Promise<SessionEnd | undefined> => {
  const { manager, tunnel, stop, startedAt, arrivals, onEvent } = running;
  const fault = new AbortController();
  const late = setTimeout(
    () => fault.abort(notReady('nothing was heard of the probe within 15 s.')),
    readyMsMax,
  );
  tunnel.over.catch((error: unknown) => fault.abort(error));
  const lease = watchLease(intercept, onEvent);
  try {
    const end = await watch({
      events: follow(manager, intercept.id, AbortSignal.any([stop, fault.signal])),
      intercept,
      startedAt,
      arrivals,
      onEvent,
      onReady: () => clearTimeout(late),
      onIntercept: lease.shown,
      takeLoss: () => {
        const { lostAt } = running;
        running.lostAt = undefined;
        return lostAt;
      },
    });
    fault.signal.throwIfAborted();
    return end;
  } finally {
    clearTimeout(late);
    lease.stop();
  }
};

/** Whether the manager knows that the intercept is over. */
const leave = async (manager: Pick<ManagerClient, 'remove'>, id: string): Promise<boolean> => {
  try {
    await manager.remove(id, AbortSignal.timeout(leaveMsMax));
    return true;
  } catch (error) {
    return error instanceof UserError && error.kind === 'not_found';
  }
};
