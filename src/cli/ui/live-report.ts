import type { Context } from '../context.ts';
import type { ManagerClient } from '../manager-client/client.ts';
import type { OpenSession } from '../session/open-session.ts';
import type { Report } from '../session/report.ts';
import { reportToPeople } from '../session/report-people.ts';
import type { SessionEvent } from '../session/session-event.ts';
import type { Subject } from '../session/subject.ts';
import type { LiveSource, Requests } from './live-source.ts';
import type { LiveView } from './live-view.tsx';
import { loadLiveView } from './load-view.ts';
import { headOf } from './model/head-of.ts';
import { changeOf, noticeOf } from './session-changes.ts';
import { systemTerminal } from './terminal/system-terminal.ts';

export type LiveReportOptions = {
  readonly context: Pick<Context, 'io' | 'signals'>;
  readonly manager: Pick<ManagerClient, 'change'>;
  readonly session: OpenSession;
  readonly requests: Requests | undefined;
};

/** A report that draws from the first `ready` on, and prints what comes before and after. */
export type LiveReport = {
  readonly report: (subject: Subject) => Report;
  /** Gives the terminal back; resolves when that is done. */
  readonly close: () => Promise<void>;
};

/** Messages that were said while the view was there, and are said again after it. */
const keptMessagesMax = 20;

type Drawn = { readonly view: LiveView; readonly stop: () => Promise<void> };

/** Loads what draws, so that the view is there with the first `ready`. */
export const openLiveReport = async (options: LiveReportOptions): Promise<LiveReport> => {
  const module = await loadLiveView();
  let drawn: Drawn | undefined;
  return {
    report: (subject) => {
      const people = reportToPeople(options.context.io, subject);
      let aheadMs = 0;
      return {
        event: (event) => {
          if (drawn === undefined && event.type === 'ready') {
            aheadMs = Date.now() - Date.parse(event.intercept.createdAt);
            drawn = draw(options, module.LiveView, subject, event, aheadMs);
          }
          if (drawn === undefined) return people.event(event);
          const change = changeOf(event, aheadMs);
          if (change !== undefined) drawn.view.change(change);
          const notice = noticeOf(event, subject.name, Date.now());
          if (notice !== undefined) drawn.view.change({ type: 'notice', notice });
        },
        end: people.end,
      };
    },
    close: async () => await drawn?.stop(),
  };
};

type Ready = Extract<SessionEvent, { readonly type: 'ready' }>;

const draw = (
  { context, manager, session, requests }: LiveReportOptions,
  View: typeof LiveView,
  subject: Subject,
  { intercept }: Ready,
  aheadMs: number,
): Drawn => {
  const { io } = context;
  const interrupt = (): void => void process.emit('SIGINT', 'SIGINT');
  const source: LiveSource = {
    requests,
    tunnel: () => session.host.status(),
    pause: async (paused) => void (await manager.change(intercept.id, { paused })),
    leave: async () => void (await session.leave(intercept.id)),
    quit: interrupt,
    interrupt,
    back: () => {},
  };
  const view = new View({
    terminal: systemTerminal(process.stdin, process.stderr),
    paint: io.paint(),
    source,
    head: headOf(intercept, `localhost:${subject.port}`, aheadMs),
    serves: true,
    hasChoice: false,
  });
  const said: string[] = [];
  io.divert((text) => {
    said.push(text);
    if (said.length > keptMessagesMax) said.shift();
    view.change({ type: 'notice', notice: { text, tone: 'plain', until: null } });
  });
  const unwatch = context.signals(() => view.change({ type: 'head', head: { state: 'ending' } }));
  view.open();
  return {
    view,
    stop: async () => {
      unwatch();
      await view.close();
      io.divert(undefined);
      for (const text of said) io.warn(text);
    },
  };
};
