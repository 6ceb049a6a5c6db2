import { type Workload, workloadPath } from '../../protocol/workload.ts';
import { type Arrival, acceptArrival, answerProbe, refuseArrival } from '../../tunnel/arrivals.ts';
import type { Intercepts } from '../intercepts/intercepts.ts';
import { join } from './join.ts';
import type { Sessions } from './sessions.ts';

/** Streams from agents to laptops since the start. */
export type StreamCounts = { open: number; joined: number; refused: number };

export type RelayOptions = {
  readonly intercepts: Intercepts;
  readonly sessions: Sessions;
  readonly streams: StreamCounts;
};

/**
 * Serves a CONNECT from an agent of a workload: finds the intercept, which must be one of that
 * workload, and its owner's tunnel, and joins the two streams.
 */
export const relay = async (
  { intercepts, sessions, streams }: RelayOptions,
  workload: Workload,
  arrival: Arrival,
): Promise<void> => {
  const { intercept, probe, stream } = arrival;
  const record = intercepts.record(intercept);
  if (record === undefined || workloadPath(record.workload) !== workloadPath(workload)) {
    streams.refused += 1;
    refuseArrival(arrival, 'tunnel_refused');
    return;
  }
  const laptop = sessions.find(record.session, record.owner);
  if (laptop === undefined) {
    streams.refused += 1;
    refuseArrival(arrival, 'laptop_gone');
    return;
  }
  const gone = new AbortController();
  const leave = (): void => gone.abort();
  stream.whenClosed(leave);
  const since = performance.now();
  const answer = await laptop.connect(intercept, {
    signal: gone.signal,
    ...(probe === undefined ? {} : { probe }),
  });
  if (!answer.ok) {
    streams.refused += 1;
    refuseArrival(arrival, answer.reason);
  } else if (probe !== undefined) {
    const laptopMs = (performance.now() - since).toFixed(2);
    answerProbe(arrival, answer.localMs ?? 'refused', laptopMs);
  } else if (stream.isClosed) answer.stream.abort();
  else {
    streams.joined += 1;
    streams.open += 1;
    stream.whenClosed(() => {
      streams.open -= 1;
    });
    acceptArrival(arrival);
    join(stream, answer.stream);
  }
};
