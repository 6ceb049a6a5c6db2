import type { Io } from '../io.ts';
import { clock, duration, moment, shortKey } from '../wording/figures.ts';
import { matchInWords } from '../wording/match.ts';
import { legsInWords } from '../wording/sessions.ts';
import { takenOverInWords } from '../wording/taken-over.ts';
import { createLines } from './lines.ts';
import { nearMissLines } from './near-miss-lines.ts';
import type { Observation } from './observe.ts';
import type { Report } from './report.ts';
import type { SessionEnd, SessionEvent } from './session-event.ts';
import type { Subject } from './subject.ts';

/** One line for each event, to stderr. */
export const reportToPeople = (io: Io, subject: Subject): Report => {
  const lines = createLines(io.say);
  const ofNearMisses = nearMissLines();
  return {
    event: (event) => {
      if (event.type === 'request') {
        if (!io.quiet()) lines.add(requestLine(io, subject, event.observation));
        return;
      }
      const text =
        event.type === 'near_misses' ? ofNearMisses(event.misses) : inWords(io, subject, event);
      lines.flush();
      if (text !== undefined) (isUrgent(event) ? io.warn : io.say)(text);
    },
    end: (end) => {
      lines.flush();
      const text = endInWords(io, subject, end);
      (isTakenOver(end) ? io.warn : io.say)(text);
    },
  };
};

const urgent: readonly SessionEvent['type'][] = ['reconnecting', 'port', 'paused', 'ending'];

const isUrgent = ({ type }: SessionEvent): boolean => urgent.includes(type);

type OtherEvent = Exclude<SessionEvent, { readonly type: 'request' }>;

const inWords = (io: Io, subject: Subject, event: OtherEvent): string | undefined => {
  const paint = io.paint();
  const warning = paint.warning('▲');
  switch (event.type) {
    case 'ready':
      if (event.again) return `Back after ${duration(event.tookMs)}. You serve again.`;
      return `${paint.good('ready')} in ${duration(event.tookMs)}    ${whatMatches(subject)}\nprobe: ${legsInWords(event.legsMs)}`;
    case 'port':
      return event.listening
        ? `localhost:${subject.port} accepts connections again. You serve again.`
        : `${warning} Nothing listens on localhost:${subject.port}.\n  Your requests get the pod's answers until it does.`;
    case 'reconnecting':
      return reconnecting(warning, event);
    case 'not_ready':
      return `${warning} The way to you could not be proved again: ${event.reason}`;
    case 'paused':
      return `${warning} Paused by ${event.by}. The pod answers your requests.   byway resume ${subject.name}`;
    case 'resumed':
      return 'Resumed. You serve again.';
    case 'ending':
      return `${warning} Ends in ${Math.round(event.leftMs / 60_000)} m, at ${momentOf(event.until)}.   byway extend ${subject.name} --for 45m`;
    case 'extended':
      return `It goes on until ${momentOf(event.until)}.`;
    default:
      return undefined;
  }
};

const momentOf = (time: string): string => moment(new Date(time), new Date());

const whatMatches = ({ match, key }: Subject): string =>
  'key' in match && key !== null ? `your key ${shortKey(key)}` : matchInWords(match);

/** The key never shows, not even where a client put it into the address. */
export const shownPath = ({ key }: Subject, path: string): string =>
  key === null ? path : path.replaceAll(key, shortKey(key));

const requestLine = (io: Io, subject: Subject, observation: Observation): string => {
  const { method, status, milliseconds } = observation;
  const before = `  ${clock(new Date())}  ${method.padEnd(6)} `;
  const after = ` ${status}  ${duration(milliseconds).padStart(7)}`;
  const room = Math.max(16, Math.min(io.columns() ?? 80, 100) - before.length - after.length);
  const path = shownPath(subject, observation.path);
  const cut = io.columns() !== undefined && path.length > room;
  const line = `${before}${cut ? `${path.slice(0, room - 1)}…` : path.padEnd(room)}${after}`;
  return status >= 500 ? io.paint().bad(line) : line;
};

type Reconnecting = Extract<SessionEvent, { readonly type: 'reconnecting' }>;

// Each second, fourth, eighth … attempt only: a night without network must not fill a log.
const reconnecting = (warning: string, { attempt, why }: Reconnecting): string | undefined => {
  if (attempt === 1) {
    return `${warning} Tunnel lost (${why}). The pod answers your requests meanwhile.`;
  }
  return Number.isInteger(Math.log2(attempt))
    ? `  Reconnecting, attempt ${attempt} (${why}) …`
    : undefined;
};

const isTakenOver = (end: SessionEnd): boolean =>
  end.type === 'ended' && end.reason === 'taken_over';

const endInWords = (io: Io, subject: Subject, end: SessionEnd): string => {
  const { name } = subject;
  const again = `${name} serves its own traffic again.`;
  if (end.type === 'gone') return `The manager has ended this intercept. ${again}`;
  if (end.type === 'ended') {
    if (end.reason === 'taken_over') {
      return `${io.paint().warning('▲')} ${takenOverInWords(subject, end.by, end.successor)}`;
    }
    return end.reason === 'expired' ? `Its time is over. ${again}` : `Left by ${end.by}. ${again}`;
  }
  return end.told
    ? again
    : `The manager did not hear it, so the intercept is listed for a while. ${again}`;
};
