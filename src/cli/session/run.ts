import { UserError } from '../../base/errors.ts';
import { exitCodes } from '../../base/exit-codes.ts';
import type { Context } from '../context.ts';
import type { Environment } from '../folders.ts';
import type { ManagerClient } from '../manager-client/client.ts';
import { keyFileOf } from '../pipeline/key-file.ts';
import { redactionRules } from '../recorder/redaction/rules.ts';
import { type App, type AppOutput, startApp, waitForPort } from './app.ts';
import { BoardEntry } from './board.ts';
import { assertKnown, explainRefusal } from './explain-refusal.ts';
import { type Interruption, signalCode, watchSignals } from './interruption.ts';
import { freePort, isListening, type LocalPort, localPort } from './local-port.ts';
import type { OpenSession } from './open-session.ts';
import type { InterceptPlan } from './plan.ts';
import type { Report } from './report.ts';
import { eventAsJson } from './report-json.ts';
import { runSession } from './session.ts';
import type { SessionEnd, SessionEvent } from './session-event.ts';
import type { Subject } from './subject.ts';
import { tellTakenOver, whatIsInTheWay } from './take-over.ts';
import { wantedOf } from './wanted.ts';

export type RunOptions = {
  readonly context: Pick<Context, 'io' | 'environment' | 'signals'>;
  readonly manager: ManagerClient;
  readonly plan: InterceptPlan;
  /** Whose intercept it will be, and their routing key, which is never shown. */
  readonly user: string;
  readonly key: string | null;
  readonly report: (port: number) => Report;
  /** Where the app's standard output goes. */
  readonly appOutput: AppOutput;
  readonly session: OpenSession;
  /** Called when the intercept is over, before its app is told to end. */
  readonly release: () => Promise<void>;
};

/**
 * Runs an intercept until it ends, with the user's app when there is one. Returns the exit code.
 * The first signal ends it in order, within 5 s and what telling the manager takes; the second
 * one returns at once.
 */
export const runIntercept = async (options: RunOptions): Promise<number> => {
  const { context, plan } = options;
  const interruption = watchSignals(context.signals);
  const stopped = interruption.second.then((code) => {
    options.session.abandon();
    context.io.warn(
      `Stopped at once. The pod answers for ${plan.name}; the manager forgets the rest by itself.`,
    );
    return code;
  });
  const run = plan.command.length === 0 ? serveAlone : serveWithApp;
  try {
    return await Promise.race([stopped, run(options, interruption)]);
  } finally {
    interruption.dispose();
  }
};

const serveAlone = async (options: RunOptions, interruption: Interruption): Promise<number> => {
  const { localPort: number } = options.plan;
  if (number === undefined) throw new Error('A plan without a command names its port.');
  const report = options.report(number);
  const port = localPort(number);
  if (options.plan.run !== undefined && !(await isListening(port))) throw notListening(number);
  const end = await serve(options, port, report, interruption.first);
  report.end(end);
  const signal = interruption.signal();
  if (isTakenOver(end, options.user)) return exitCodes.conflict;
  return end.type === 'stopped' && signal !== undefined ? signalCode(signal) : exitCodes.ok;
};

const isTakenOver = (end: SessionEnd, user: string): boolean =>
  end.type === 'ended' && end.reason === 'taken_over' && end.by !== user;

const serveWithApp = async (options: RunOptions, interruption: Interruption): Promise<number> => {
  await assertKnown(options.plan, options.manager);
  const port = localPort(options.plan.localPort ?? (await freePort()));
  await assertFree(port);
  const app = start(options, port, interruption);
  try {
    const stop = AbortSignal.any([interruption.first, app.ended]);
    if (!(await waitForPort(port, stop))) {
      if (!interruption.first.aborted) tellEarlyEnd(options, port, app);
    } else {
      const report = options.report(port.port);
      const end = await serve(options, port, report, stop);
      report.end(end);
      // Left by its control socket, it was stopped by neither a signal nor the app.
      if (end.type !== 'stopped' || !stop.aborted) {
        app.send('SIGTERM');
        await app.finish();
        return isTakenOver(end, options.user) ? exitCodes.conflict : exitCodes.ok;
      }
    }
    return await app.finish();
  } catch (error) {
    app.send('SIGTERM');
    await app.finish();
    throw error;
  }
};

const start = (
  { context, plan, appOutput }: RunOptions,
  port: LocalPort,
  interruption: Interruption,
): App => {
  const { io, environment } = context;
  io.say(`Starting ${plan.command[0]} with PORT=${port.port}; it has 60 s to listen there.`);
  const app = startApp({
    command: plan.command,
    port: port.port,
    environment: plan.folder === undefined ? environment : withoutToken(environment),
    folder: plan.folder,
    stdout: appOutput,
    terminal: io.streams.stdin.isTTY === true,
  });
  interruption.first.addEventListener('abort', () => {
    const signal = interruption.signal();
    // Ctrl-C in a terminal reaches the app by itself, and a second time would hurry it.
    const byTerminal = signal === 'SIGINT' && io.streams.stdin.isTTY === true;
    if (signal !== undefined && !byTerminal) app.send(signal === 'SIGPIPE' ? 'SIGTERM' : signal);
  });
  void interruption.second.then(app.kill);
  return app;
};

// A command that came with a cloned repository has no use for it.
const withoutToken = ({ BYWAY_TOKEN: _, ...others }: Environment): Environment => others;

const tellEarlyEnd = ({ context: { io }, plan }: RunOptions, port: LocalPort, app: App): void => {
  const end = `${plan.command[0]} ended with code ${app.code()} before it listened on localhost:${port.port}`;
  io.warn(`${io.paint().bad('✗')} ${app.fault() ?? end}. Nothing was changed.`);
};

const assertFree = async (port: LocalPort): Promise<void> => {
  if (!(await isListening(port))) return;
  throw new UserError(
    `Something listens on localhost:${port.port} already, so your program was not started.`,
    { hint: 'Name another port, or leave out --port to get a free one.' },
  );
};

const serve = async (
  options: RunOptions,
  port: LocalPort,
  report: Report,
  stop: AbortSignal,
): Promise<SessionEnd> => {
  const { manager, plan, user, key, session, release } = options;
  const { host } = session;
  const subject: Subject = { name: plan.name, port: port.port, match: plan.match, key };
  const entry = new BoardEntry(plan.name, port.port);
  const left = new AbortController();
  const unlist = session.list(entry, () => left.abort());
  const keyFile = keyFileOf(options);
  let refused = false;
  try {
    const inTheWay = await whatIsInTheWay(manager, plan, host.session);
    const end = await runSession({
      host,
      port,
      wanted: wantedOf(plan, inTheWay),
      rules: redactionRules(plan.redact, key),
      records: plan.record !== false,
      onCreated: async (intercept) => {
        entry.created(intercept);
        await keyFile.write();
        tellTakenOver(options.context.io, plan, user, inTheWay);
        await session.publish(intercept, port.port);
      },
      onEvent: (event) => {
        if (plan.run !== undefined && event.type === 'ready' && isUnserved(event)) {
          refused = true;
          left.abort();
        }
        if (refused) return;
        entry.event(event);
        session.arrivals.event(entry.status.id ?? '', subject, event);
        report.event(event);
        session.tell(() => ({ ...eventAsJson(subject, event), intercept: plan.name }));
      },
      stop: AbortSignal.any([stop, left.signal]),
    });
    if (refused) throw notListening(port.port);
    return end;
  } catch (error) {
    throw await explainRefusal(error, plan, user, manager);
  } finally {
    await keyFile.remove();
    await release();
    const { id } = entry.status;
    if (id !== null) await forget(session, id);
    unlist();
  }
};

/** A pipeline would only test the pod: nothing listens here, though the way is whole. */
const isUnserved = ({
  again,
  legsMs,
}: Extract<SessionEvent, { readonly type: 'ready' }>): boolean => !again && legsMs.local === null;

const notListening = (port: number): UserError =>
  new UserError(`Nothing listens on localhost:${port}. The pod answers as before.`, {
    kind: 'not_ready',
    hint: 'Start your app first and wait for it, or let byway do both   byway intercept NAME --ci -- COMMAND',
  });

const forget = async (session: OpenSession, id: string): Promise<void> => {
  session.host.arrivals.delete(id);
  await session.uncover(id);
};
