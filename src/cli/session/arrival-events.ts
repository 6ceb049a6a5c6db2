import type { Recorded, Recorder } from '../recorder/recorder.ts';
import { maskTarget } from '../recorder/redaction/mask-text.ts';
import { revealNothing } from '../recorder/redaction/reveal.ts';
import { Secrets } from '../recorder/redaction/secrets.ts';
import { pathOf } from '../recorder/view-of.ts';
import type { ArrivalEvents } from './arrivals.ts';
import type { BeginRecording, Observation } from './observe.ts';
import type { SessionEvent } from './session-event.ts';

/** Names the requests of a session and says when its local port changed, not each time. */
export type SessionArrivals = ArrivalEvents & {
  readonly begin: BeginRecording;
  /** What a probe found out about the local port. */
  readonly probed: (listening: boolean) => void;
};

export type SessionArrivalsOptions = {
  readonly onEvent: (event: SessionEvent) => void;
  readonly recorder: Recorder;
  readonly recorded: Recorded;
  /** Otherwise requests only get a number and a line, and nothing of them is kept. */
  readonly records: boolean;
};

export const sessionArrivals = ({
  onEvent,
  recorder,
  recorded,
  records,
}: SessionArrivalsOptions): SessionArrivals => {
  let listening = true;
  const probed = (now: boolean): void => {
    if (now !== listening) onEvent({ type: 'port', listening: now });
    listening = now;
  };
  return {
    probed,
    begin: (head) => (records ? recorder.begin(recorded, head) : undefined),
    request: ({ recording, head, ...observation }) => {
      const id = recording?.id ?? recorder.nextId();
      const path = shownPath(recorder, recorded, observation, id);
      const kept = records && head !== undefined ? { head } : {};
      onEvent({ type: 'request', id, observation: { ...observation, ...kept, path } });
    },
    port: (now) => {
      if (!now) {
        const id = records ? recorder.passed(recorded, 'local_refused') : recorder.nextId();
        onEvent({ type: 'passed', id });
      }
      probed(now);
    },
  };
};

// What has given way to newer requests already is masked by what is known of it.
const shownPath = (
  recorder: Recorder,
  { rules }: Recorded,
  { path }: Observation,
  id: string,
): string => {
  const found = recorder.get(id);
  if (found !== undefined) return pathOf(found) ?? path;
  return maskTarget({ rules, reveal: revealNothing, secrets: new Secrets() }, path);
};
