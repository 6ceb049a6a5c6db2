import type { ProbeLegs } from '../../protocol/reports.ts';
import type { Io } from '../io.ts';
import { heldLinesMax } from './limits.ts';
import { createLines } from './lines.ts';
import type { Report } from './report.ts';
import { shownPath } from './report-people.ts';
import type { SessionEnd, SessionEvent } from './session-event.ts';
import type { Subject } from './subject.ts';

/** One line of JSON for each event, to stdout; `ready` is always the first. */
export const reportAsJson = (io: Io, subject: Subject): Report => {
  let held: unknown[] | undefined = [];
  const lines = createLines(io.print);
  return {
    event: (event) => {
      const line = eventAsJson(subject, event);
      if (held === undefined) {
        lines.add(JSON.stringify(line));
        if (event.type !== 'request') lines.flush();
      } else if (event.type !== 'ready') held = [...held, line].slice(-heldLinesMax);
      else {
        for (const one of [line, ...held]) io.printJson(one);
        held = undefined;
      }
    },
    end: (end) => {
      lines.flush();
      if (held === undefined) io.printJson(endAsJson(end));
    },
  };
};

/** The `ready` line, which `--detach` prints with more. */
export const readyAsJson = (
  { name, port }: Subject,
  { intercept, legsMs }: Extract<SessionEvent, { readonly type: 'ready' }>,
): Readonly<Record<string, unknown>> => ({
  event: 'ready',
  intercept: name,
  id: intercept.id,
  port,
  legsMs: legsAsJson(legsMs),
  ...(intercept.run === undefined ? {} : { run: intercept.run }),
});

/** Milliseconds with two digits; what an older agent or manager doesn't measure is not there. */
export const legsAsJson = ({ local, ...legs }: ProbeLegs): Readonly<Record<string, unknown>> => ({
  ...Object.fromEntries(Object.entries(legs).map(([leg, time]) => [leg, hundredths(time)])),
  local: local === null ? null : hundredths(local),
});

const hundredths = (milliseconds: number): number => Math.round(milliseconds * 100) / 100;

/** One event as programs read it. */
export const eventAsJson = (
  subject: Subject,
  event: SessionEvent,
): Readonly<Record<string, unknown>> => {
  switch (event.type) {
    case 'ready':
      return readyAsJson(subject, event);
    case 'request': {
      const { method, path, status, milliseconds } = event.observation;
      return {
        event: 'request',
        id: event.id,
        at: new Date().toISOString(),
        method,
        path: shownPath(subject, path),
        status,
        ms: hundredths(milliseconds),
        servedBy: 'local',
      };
    }
    case 'passed':
      return { event: 'passed', id: event.id, reason: 'local_refused' };
    case 'port':
      return { event: 'port', port: subject.port, listening: event.listening };
    case 'reconnecting':
      return { event: 'tunnel', state: 'reconnecting', attempt: event.attempt };
    case 'connected':
      return {
        event: 'tunnel',
        state: 'connected',
        lostMs: Math.round(event.lostMs),
        transport: event.transport ?? null,
      };
    case 'paused':
      return { event: 'paused', by: event.by };
    case 'resumed':
      return { event: 'resumed' };
    case 'ending':
      return { event: 'ending', until: event.until, leftSeconds: Math.round(event.leftMs / 1000) };
    case 'extended':
      return { event: 'extended', until: event.until };
    case 'not_ready':
      return { event: 'not_ready', reason: event.reason };
    case 'counts':
      return { event: 'counts', counts: event.counts };
    case 'near_misses':
      return { event: 'near_misses', misses: event.misses };
  }
};

/** The end of a session as programs read it. */
export const endAsJson = (end: SessionEnd): Readonly<Record<string, unknown>> =>
  end.type === 'ended'
    ? {
        event: 'ended',
        reason: end.reason,
        by: end.by,
        ...(end.successor === undefined ? {} : { successor: end.successor }),
      }
    : { event: 'ended', reason: end.type };
