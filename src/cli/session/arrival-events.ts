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

export const sessionArrivals = (
  onEvent: (event: SessionEvent) => void,
  recorder: Recorder,
  recorded: Recorded,
): SessionArrivals => {
  let listening = true;
  const probed = (now: boolean): void => {
    if (now !== listening) onEvent({ type: 'port', listening: now });
    listening = now;
  };
  return {
    probed,
    begin: (head) => recorder.begin(recorded, head),
    request: ({ recording, ...observation }) => {
      const id = recording?.id ?? recorder.nextId();
      const path = shownPath(recorder, recorded, observation, id);
      onEvent({ type: 'request', id, observation: { ...observation, path } });
    },
    port: (now) => {
      if (!now) onEvent({ type: 'passed', id: recorder.passed(recorded, 'local_refused') });
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
