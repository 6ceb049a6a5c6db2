import { UserError } from '../../base/errors.ts';
import { exitCodes } from '../../base/exit-codes.ts';
import type { Context, Signals } from '../context.ts';
import { reportFailure } from '../failure.ts';
import type { Io } from '../io.ts';
import type { ManagerClient } from '../manager-client/client.ts';
import type { StartedMessage } from './background-message.ts';
import type { OpenSession } from './open-session.ts';
import type { InterceptPlan } from './plan.ts';
import type { Report } from './report.ts';
import { reportToPeople } from './report-people.ts';
import { runIntercept } from './run.ts';
import type { Subject } from './subject.ts';

export type GuestOptions = {
  readonly context: Context;
  readonly manager: ManagerClient;
  readonly session: OpenSession;
  readonly plan: InterceptPlan;
  readonly user: string;
  readonly key: string | null;
  /** Told once what became of it: to the command that waits for it. */
  readonly tell: (message: StartedMessage) => void;
  /** Aborts when that command is gone; before it was told, the intercept goes with it. */
  readonly gone: AbortSignal;
  readonly release: () => Promise<void>;
};

/** One intercept of a session in the background. Resolves with an exit code and never rejects. */
export const runGuest = async (options: GuestOptions): Promise<number> => {
  const { context, manager, plan, tell } = options;
  const io = namedIo(context.io, plan.name);
  let told = false;
  const tellOnce = (message: StartedMessage): void => {
    if (!told) tell(message);
    told = true;
  };
  const signals = withAbort(context.signals, options.gone, () => !told);
  try {
    // Each run has its own, and none of them may show.
    const key = plan.run === undefined ? options.key : (await manager.me(plan.run)).key;
    const code = await runIntercept({
      ...options,
      key,
      context: { ...context, io, signals },
      appOutput: 'inherit',
      report: (port) =>
        guestReport(io, { name: plan.name, port, match: plan.match, key }, tellOnce),
    });
    tellOnce({ type: 'exited', code });
    return code;
  } catch (error) {
    if (told || !(error instanceof UserError)) {
      tellOnce({ type: 'exited', code: exitCodes.error });
      return reportFailure(io, error);
    }
    const { message, hint, kind } = error;
    tellOnce({ type: 'failed', message, hint, kind });
    return exitCodes[kind];
  }
};

const withAbort =
  (signals: Signals, gone: AbortSignal, counts: () => boolean): Signals =>
  (listener) => {
    const dispose = signals(listener);
    const abort = (): void => {
      if (counts()) listener('SIGTERM');
    };
    gone.addEventListener('abort', abort, { once: true });
    return () => {
      dispose();
      gone.removeEventListener('abort', abort);
    };
  };

/** For a log that several intercepts write to. */
const namedIo = (io: Io, name: string): Io => {
  const named = (text: string): string =>
    text.replace(/^/gm, `${new Date().toISOString()} ${name}: `);
  return {
    ...io,
    say: (text) => io.say(named(text)),
    warn: (text) => io.warn(named(text)),
  };
};

// A log of states, not of requests: it has no one to read it.
const guestReport = (io: Io, subject: Subject, tell: (message: StartedMessage) => void): Report => {
  const people = reportToPeople(io, subject);
  return {
    event: (event) => {
      if (event.type !== 'request') people.event(event);
      if (event.type !== 'ready' || event.again) return;
      const { intercept, legsMs, tookMs } = event;
      tell({ type: 'ready', port: subject.port, intercept, legsMs, tookMs });
    },
    end: people.end,
  };
};
