import { exitCodes } from '../../base/exit-codes.ts';
import type { Context, Signals } from '../context.ts';
import { reportFailure } from '../failure.ts';
import type { ManagerClient } from '../manager-client/client.ts';
import { fanOut } from '../session/fan-out.ts';
import { OpenSession } from '../session/open-session.ts';
import type { Report } from '../session/report.ts';
import { runIntercept } from '../session/run.ts';
import type { Subject } from '../session/subject.ts';
import { namedIo, namedOutput } from './named-output.ts';
import type { NamedPlan } from './plans.ts';

export type RunAllOptions = {
  readonly context: Context;
  readonly manager: ManagerClient;
  readonly plans: readonly NamedPlan[];
  readonly user: string;
  readonly key: string | null;
  readonly json: boolean;
  readonly report: (io: Context['io'], label: string, subject: Subject) => Report;
};

/**
 * Runs several intercepts over one tunnel until all have ended. One that can't begin takes those with it that
 * began beside it: half a project is none. Returns the exit code: a signal's, or the first that is not 0.
 */
export const runAll = async (options: RunAllOptions): Promise<number> => {
  const { context, manager, user } = options;
  const session = await OpenSession.open({ context, manager, user, log: null, add: undefined });
  try {
    return await new Run(options, session).untilOver();
  } finally {
    session.close();
  }
};

class Run {
  readonly #options: RunAllOptions;
  readonly #session: OpenSession;
  readonly #signals: Signals;
  /** Ends all, as a signal would. */
  #stopAll: (signal: NodeJS.Signals) => void = () => {};
  #left: number;
  #ready = 0;
  #signalled = false;

  constructor(options: RunAllOptions, session: OpenSession) {
    this.#options = options;
    this.#session = session;
    this.#left = options.plans.length;
    this.#signals = fanOut((listener) => {
      this.#stopAll = listener;
      return options.context.signals((signal) => {
        this.#signalled = true;
        listener(signal);
      });
    });
  }

  async untilOver(): Promise<number> {
    const { plans } = this.#options;
    const width = Math.max(...plans.map(({ label }) => label.length));
    let failure: number | undefined;
    const codes = await Promise.all(
      plans.map(async (named) => {
        const code = await this.#one(named, width);
        const isFailure = code !== exitCodes.ok && !this.#signalled;
        if (isFailure) failure ??= code;
        if (isFailure && this.#ready < plans.length) this.#stopAll('SIGTERM');
        return code;
      }),
    );
    return failure ?? codes.find((code) => code !== exitCodes.ok) ?? exitCodes.ok;
  }

  /** Never rejects. */
  async #one({ label, plan }: NamedPlan, width: number): Promise<number> {
    const { context, manager, user, key, json, report } = this.#options;
    const io = namedIo(context.io, label.padEnd(width), !json);
    const output = namedOutput(json ? io.say : io.print);
    try {
      return await runIntercept({
        context: { ...context, io, signals: this.#signals },
        manager,
        plan,
        user,
        key,
        report: (port) =>
          this.#counting(report(io, label, { name: plan.name, port, match: plan.match, key })),
        appOutput: output.take,
        session: this.#session,
        release: async () => {
          this.#left -= 1;
          if (this.#left === 0) await this.#session.host.close();
        },
      });
    } catch (error) {
      return reportFailure(io, error, json);
    } finally {
      output.end();
    }
  }

  #counting(report: Report): Report {
    return {
      ...report,
      event: (event) => {
        report.event(event);
        if (event.type !== 'ready' || event.again) return;
        this.#ready += 1;
        const { context, plans, json } = this.#options;
        if (this.#ready < plans.length || json || plans.length === 1) return;
        context.io.say(`All ${plans.length} are ready. Ctrl-C ends them.`);
      },
    };
  }
}
