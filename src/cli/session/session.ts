import { UserError } from '../../base/errors.ts';
import type { Intercept, NewIntercept } from '../../protocol/intercepts.ts';
import type { ManagerClient } from '../manager-client/client.ts';
import type { RedactionRules } from '../recorder/redaction/rules.ts';
import { type SessionArrivals, sessionArrivals } from './arrival-events.ts';
import { follow } from './follow.ts';
import type { Guest, Host } from './host.ts';
import { watchLease } from './lease.ts';
import { leaveMsMax, readyMsMax } from './limits.ts';
import type { LocalPort } from './local-port.ts';
import type { SessionEnd, SessionEvent } from './session-event.ts';
import type { SessionTunnel } from './tunnel.ts';
import { notReady, watch } from './watch.ts';

export type SessionOptions = {
  readonly host: Host;
  readonly port: LocalPort;
  readonly wanted: Omit<NewIntercept, 'session'>;
  /** What is a secret in its requests. */
  readonly rules: RedactionRules;
  /** Whether requests are recorded. */
  readonly records: boolean;
  readonly onCreated: (intercept: Intercept) => Promise<void>;
  readonly onEvent: (event: SessionEvent) => void;
  /** Ends the intercept; running requests go on as long as the host's tunnel. */
  readonly stop: AbortSignal;
};

/** What the parts of one running intercept share. */
type Running = SessionOptions & {
  readonly arrivals: SessionArrivals;
  readonly tunnel: SessionTunnel;
  readonly guest: Guest;
  readonly startedAt: number;
};

/**
 * One intercept from its creation to its end: registration, requests, events. Throws a `UserError`
 * when it could not be made, was not ready within 15 s, or when the token is withdrawn; the manager
 * has then been told that it is over, if it could be.
 */
export const runSession = async (options: SessionOptions): Promise<SessionEnd> => {
  const { host, port, stop, onEvent } = options;
  const startedAt = performance.now();
  const guest: Guest = { onEvent, lostAt: undefined, renew: () => {} };
  const { tunnel, leave: leaveHost } = host.join(guest);
  let id: string | undefined;
  try {
    await firstOf(tunnel.up, stop);
    if (stop.aborted) return { type: 'stopped', told: true };
    const intercept = await host.ports.register(port, () =>
      host.manager.create({ ...options.wanted, session: host.session }),
    );
    id = intercept.id;
    const { records, rules } = options;
    const recorded = { intercept: id, name: intercept.workload.name, port: port.port, rules };
    const arrivals = sessionArrivals({ onEvent, recorder: host.recorder, recorded, records });
    host.arrivals.set(id, arrivals);
    return await serve({ ...options, arrivals, tunnel, guest, startedAt }, intercept);
  } finally {
    leaveHost();
    if (id !== undefined) host.ports.forget(id);
  }
};

/** Resolves with the promise, or when the signal aborts. */
const firstOf = (promise: Promise<void>, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const stop = (): void => resolve();
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });

// The rule goes first and the tunnel after it, so that agents pass instead of failing to divert.
const serve = async (running: Running, intercept: Intercept): Promise<SessionEnd> => {
  const { manager } = running.host;
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
  const { host, guest, tunnel, stop, startedAt, arrivals, onEvent } = running;
  const fault = new AbortController();
  const late = setTimeout(
    () => fault.abort(notReady('nothing was heard of the probe within 15 s.')),
    readyMsMax,
  );
  tunnel.over.catch((error: unknown) => fault.abort(error));
  const lease = watchLease(intercept, onEvent);
  const over = AbortSignal.any([stop, fault.signal]);
  try {
    const end = await watch({
      events: follow(host.manager, intercept.id, over, (renew) => {
        guest.renew = renew;
      }),
      intercept,
      startedAt,
      arrivals,
      onEvent,
      onReady: () => clearTimeout(late),
      onIntercept: lease.shown,
      takeLoss: () => {
        const { lostAt } = guest;
        guest.lostAt = undefined;
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
