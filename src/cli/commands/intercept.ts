import { resolve } from 'node:path';
import { Command } from 'commander';
import { UserError } from '../../base/errors.ts';
import { exitCodes } from '../../base/exit-codes.ts';
import type { DemandArguments } from '../arguments/demands.ts';
import type { GuardArguments } from '../arguments/guards.ts';
import { readInterceptPlan } from '../arguments/intercept-plan.ts';
import type { MatchArguments } from '../arguments/match-arguments.ts';
import type { RedactionArguments } from '../arguments/redaction.ts';
import type { Context } from '../context.ts';
import type { ManagerClient } from '../manager-client/client.ts';
import type { OpenSession } from '../session/open-session.ts';
import type { InterceptPlan } from '../session/plan.ts';
import type { Report } from '../session/report.ts';
import type { Subject } from '../session/subject.ts';
import type { LiveReport } from '../ui/live-report.ts';
import { listOption, withMatchOptions } from './match-options.ts';
import { type CommonOptions, withCommonOptions, withExamples } from './options.ts';

export type InterceptOptions = CommonOptions &
  GuardArguments &
  MatchArguments &
  RedactionArguments &
  DemandArguments & {
    readonly dryRun?: boolean;
    /** False with `--no-record`. */
    readonly record?: boolean;
    readonly port?: string;
    readonly for?: string;
    readonly detach?: boolean;
    readonly ci?: boolean;
    readonly keyFile?: string;
    readonly plain?: boolean;
  };

/** `argv` is the whole command line: what follows its `--` is the user's own program. */
export const interceptCommand = (
  context: Context,
  argv: readonly string[],
  exit: (code: number) => void,
): Command => {
  const command = withMatchOptions(withServing(new Command('intercept')))
    .usage('NAME --port LOCAL[:REMOTE] [options] [-- COMMAND...]')
    .argument('[name]', 'service or workload; kind/name when several are called so')
    .argument('[command...]', 'after --: your program; gets PORT and ends the intercept')
    .addOption(listOption('--redact-header <name>', 'hide that header in what is recorded, too'))
    .addOption(listOption('--redact-json <path>', 'hide that place in JSON, too: $.user.email'))
    .option('--no-record', 'keep nothing of requests: not to be inspected, replayed or exported')
    .option('--priority <n>', 'before general rules with a lower number; -100 to 100 (default: 0)')
    .option('--dry-run', 'only say what would come of it, and with whose rule it conflicts')
    .option('--take-over', 'end the intercepts that conflict with it; their owners are told')
    .option('--other-keys', "requests with other users' keys, too: needs the policy's right, --yes")
    .option('--yes', 'you mean a rule that takes more than requests which ask for it')
    .option('--ci', 'for a pipeline: a key of its own, no questions, a line for each event')
    .option('--key-file <file>', 'with --ci: keep the key of the run there, 0600, while it lasts')
    .option('--plain', 'one line for each event instead of the live view (a screen reader, a log)')
    .action(async (_name: unknown, _rest: unknown, options: InterceptOptions, own: Command) => {
      if (argv.length === 1) own.help({ error: true });
      const child = argv.includes('--') ? argv.slice(argv.indexOf('--') + 1) : [];
      const names = own.args.slice(0, own.args.length - child.length);
      exit(await intercept(context, names, child, options));
    });
  return withExamples(
    withCommonOptions(command),
    'byway intercept checkout --port 3000',
    'byway intercept checkout --port 3000:8080 --for 45m',
    'byway intercept checkout -- npm run dev',
    "byway intercept checkout --port 3000 --http-header 'x-tenant: acme'",
    'byway intercept checkout --port 3000 --http-path-prefix /api --http-method POST',
    `byway intercept checkout --port 3000 --match 'baggage("tenant") == "acme" or query("debug")'`,
    "byway intercept checkout --http-header 'x-tenant: acme' --dry-run",
    'byway intercept checkout --port 3000 --detach',
    'byway intercept checkout --port 3000 --ci --detach      docs/ci.md',
  );
};

const withServing = (command: Command): Command =>
  command
    .option('-p, --port <local[:remote]>', 'port on this machine, and the port of the service')
    .option('--for <time>', 'end by itself after that long: 90s, 45m, 8h; at most 1d')
    .option('--local-timeout <time>', 'when your app does not answer in time: see --when-slow')
    .option('--when-slow <what>', 'pod, 504 or wait (default: pod; without a time limit: wait)')
    .option('--when-down <what>', 'pod or error, when your app or laptop is gone (default: pod)')
    .option('--max-in-flight <n>', 'requests to you at once; the pod answers the others')
    .option('--max-rps <n>', 'requests to you a second; the pod answers the others')
    .option('--detach', 'go on in the background once it is ready');

/** Returns the exit code: 0, that of a signal, or that of the user's program. */
export const intercept = async (
  context: Context,
  names: readonly string[],
  command: readonly string[],
  options: InterceptOptions,
): Promise<number> => {
  if (options.ci !== true) {
    if (options.keyFile === undefined) return await start(context, names, command, options);
    throw new UserError('--key-file is for the key of a run, which only --ci has.', {
      kind: 'usage',
      hint: 'byway intercept NAME --port 3000 --ci --key-file FILE',
    });
  }
  const { annotated } = await import('../pipeline/annotations.ts');
  return await annotated(context, 'byway intercept', () => start(context, names, command, options));
};

const start = async (
  context: Context,
  names: readonly string[],
  command: readonly string[],
  options: InterceptOptions,
): Promise<number> => {
  const plan = await planOf(context, names, command, options);
  const { io } = context;
  const { literalHints } = await import('../arguments/literal-hint.ts');
  for (const hint of literalHints(plan.match)) io.say(hint);
  if (options.dryRun === true) {
    const { dryRun } = await import('../session/dry-run.ts');
    return await dryRun(io, await context.manager(options.manager), plan, options.json === true);
  }
  const where = plan.localPort === undefined ? 'a free port' : `localhost:${plan.localPort}`;
  io.say(`${plan.name} → ${where}`);
  const manager = await context.manager(options.manager);
  const { user, key } = await manager.me(plan.run);
  const subjectOf = (local: number) => ({ name: plan.name, port: local, match: plan.match, key });
  const json = options.json === true;
  if (options.detach === true) {
    const { detach } = await import('../session/detach.ts');
    const { connection } = manager;
    const tellAs = await reporterOf(context, { ...options, json: false });
    await detach({ context, connection, user, key, plan, subjectOf, json, tellAs });
    return exitCodes.ok;
  }
  const [{ runIntercept }, { OpenSession }, report] = await Promise.all([
    import('../session/run.ts'),
    import('../session/open-session.ts'),
    reporterOf(context, options),
  ]);
  const session = await OpenSession.open({ context, manager, user, log: null, add: undefined });
  const live = await openView(context, manager, session, command, options);
  try {
    return await runIntercept({
      context,
      manager,
      plan,
      user,
      key,
      report: (local) => live?.report(subjectOf(local)) ?? report(subjectOf(local)),
      appOutput: json ? 'stderr' : 'inherit',
      session,
      release: () => session.host.close(),
    });
  } finally {
    await live?.close();
    session.close();
  }
};

const planOf = async (
  context: Context,
  names: readonly string[],
  command: readonly string[],
  options: InterceptOptions,
): Promise<InterceptPlan> => {
  const { port, for: time, ci, keyFile } = options;
  const { readRedaction } = await import('../arguments/redaction.ts');
  const redact = await readRedaction(context.environment, options);
  const read = await readInterceptPlan({
    names,
    command,
    port,
    matching: options,
    for: time,
    guards: options,
    demands: options,
    dryRun: options.dryRun === true,
  });
  const { record } = options;
  const plan = { ...read, redact, ...(record === false ? { record } : {}) };
  if (ci !== true) return plan;
  const { beginRun } = await import('../pipeline/begin-run.ts');
  const run = await beginRun(context, options);
  return { ...plan, run, keyFile: keyFile === undefined ? undefined : resolve(keyFile) };
};

/** How events are told: to people, to programs, or in the log of a pipeline. */
const reporterOf = async (
  { io, environment }: Context,
  { json, ci }: InterceptOptions,
): Promise<(subject: Subject) => Report> => {
  if (ci === true) {
    const { pipelineReporter } = await import('../pipeline/reporter.ts');
    return (subject) => pipelineReporter(io, environment, json === true, subject);
  }
  const { reporter } = await import('../session/reporter.ts');
  return (subject) => reporter(io, json === true, subject);
};

// A program of the user's own has the terminal for itself: what it says, and what is typed.
const openView = async (
  context: Context,
  manager: ManagerClient,
  session: OpenSession,
  command: readonly string[],
  options: InterceptOptions,
): Promise<LiveReport | undefined> => {
  const { drawsView } = await import('../ui/draws-view.ts');
  if (command.length > 0 || !drawsView(context, options)) return undefined;
  const { openLiveReport } = await import('../ui/live-report.ts');
  const { requestsOf } = await import('../ui/session-requests.ts');
  const requests = requestsOf(session.exchanges, context.environment);
  return await openLiveReport({ context, manager, session, requests });
};
