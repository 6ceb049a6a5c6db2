import type { ArrivalEvents } from './arrivals.ts';
import type { SessionEvent } from './session-event.ts';

/** Numbers the requests of a session and says when its local port changed, not each time. */
export type SessionArrivals = ArrivalEvents & {
  /** What a probe found out about the local port. */
  readonly probed: (listening: boolean) => void;
};

export const sessionArrivals = (onEvent: (event: SessionEvent) => void): SessionArrivals => {
  let requests = 0;
  let listening = true;
  const nextId = (): string => `rq_${++requests}`;
  const probed = (now: boolean): void => {
    if (now !== listening) onEvent({ type: 'port', listening: now });
    listening = now;
  };
  return {
    probed,
    request: (observation) => onEvent({ type: 'request', id: nextId(), observation }),
    port: (now) => {
      if (!now) onEvent({ type: 'passed', id: nextId() });
      probed(now);
    },
  };
};
