import type { Io } from '../io.ts';
import { createLines } from '../session/lines.ts';
import type { Report } from '../session/report.ts';
import { shownPath } from '../session/report-people.ts';
import type { SessionEnd, SessionEvent } from '../session/session-event.ts';
import type { Subject } from '../session/subject.ts';
import { duration } from '../wording/figures.ts';
import { legsInWords } from '../wording/sessions.ts';
import { annotation, harmless, type Severity } from './annotations.ts';

export type PipelineReportOptions = {
  /** Lines that matter become annotations. */
  readonly github: boolean;
  /** Leaves out what programs read as JSON already, but for annotations. */
  readonly annotationsOnly: boolean;
};

/** One line for each event, to stderr, for the log of a pipeline. */
export const reportToPipeline = (
  io: Io,
  subject: Subject,
  { github, annotationsOnly }: PipelineReportOptions,
): Report => {
  const lines = createLines(io.say);
  const title = `byway ${subject.name}`;
  const tell = (severity: Severity | undefined, text: string): void => {
    lines.flush();
    if (severity !== undefined && github) io.warn(annotation(severity, title, text));
    else if (annotationsOnly) return;
    else (severity === undefined ? io.say : io.warn)(`byway: ${subject.name}: ${text}`);
  };
  return {
    event: (event) => {
      if (event.type === 'request') {
        if (!annotationsOnly && !io.quiet()) lines.add(requestLine(subject, event));
        return;
      }
      const [severity, text] = inWords(subject, event) ?? [];
      if (text !== undefined) tell(severity, harmless(text));
    },
    end: (end) => tell(...endInWords(end)),
  };
};

type Request = Extract<SessionEvent, { readonly type: 'request' }>;

const requestLine = (subject: Subject, { observation }: Request): string => {
  const { method, path, status, milliseconds } = observation;
  const shown = harmless(shownPath(subject, path));
  return `byway: ${subject.name}: ${method} ${shown} ${status} ${duration(milliseconds)}`;
};

type Told = readonly [severity: Severity | undefined, text: string];

const inWords = (
  subject: Subject,
  event: Exclude<SessionEvent, { readonly type: 'request' }>,
): Told | undefined => {
  switch (event.type) {
    case 'ready': {
      if (event.again) return [undefined, `back after ${duration(event.tookMs)}`];
      const run = event.intercept.run === undefined ? '' : `, run ${event.intercept.run}`;
      return ['notice', `ready in ${duration(event.tookMs)}${run}, ${legsInWords(event.legsMs)}`];
    }
    case 'passed':
      return [undefined, `a request went to the pod: nothing listens on localhost:${subject.port}`];
    case 'port':
      return event.listening
        ? [undefined, `localhost:${subject.port} accepts connections again`]
        : ['error', `nothing listens on localhost:${subject.port}; the pod answers until it does`];
    case 'reconnecting':
      // Each second, fourth, eighth … attempt only, as for people.
      return Number.isInteger(Math.log2(event.attempt))
        ? [
            'warning',
            `tunnel lost (${event.why}), attempt ${event.attempt}; the pod answers meanwhile`,
          ]
        : undefined;
    case 'connected':
      return [undefined, `tunnel back after ${duration(event.lostMs)}`];
    case 'paused':
      return ['warning', `paused by ${event.by}; the pod answers`];
    case 'resumed':
      return [undefined, 'resumed'];
    case 'ending':
      return ['warning', `ends at ${event.until}`];
    case 'extended':
      return [undefined, `goes on until ${event.until}`];
    case 'not_ready':
      return ['error', `the way could not be proved again: ${event.reason}`];
    default:
      return undefined;
  }
};

const endInWords = (end: SessionEnd): Told => {
  if (end.type === 'gone') return ['warning', 'ended by the manager; the pod answers'];
  if (end.type === 'stopped') {
    return end.told
      ? [undefined, 'ended; the pod answers']
      : ['warning', 'ended; the manager did not hear it, and ends it by itself within a minute'];
  }
  return end.reason === 'expired'
    ? ['warning', 'its time is over; the pod answers']
    : ['warning', `left by ${harmless(end.by)}; the pod answers`];
};
