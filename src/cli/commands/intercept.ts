import { Command, Option } from 'commander';
import { exitCodes } from '../../base/exit-codes.ts';
import type { GuardArguments } from '../arguments/guards.ts';
import { automatic } from '../arguments/header-words.ts';
import { readInterceptPlan } from '../arguments/intercept-plan.ts';
import type { MatchArguments } from '../arguments/match-arguments.ts';
import type { RedactionArguments } from '../arguments/redaction.ts';
import type { Context } from '../context.ts';
import type { ManagerClient } from '../manager-client/client.ts';
import type { OpenSession } from '../session/open-session.ts';
import type { LiveReport } from '../ui/live-report.ts';
import { type CommonOptions, withCommonOptions, withExamples } from './options.ts';

export type InterceptOptions = CommonOptions &
  GuardArguments &
  MatchArguments &
  RedactionArguments & {
    readonly port?: string;
    readonly for?: string;
    readonly detach?: boolean;
    readonly plain?: boolean;
  };

/** `argv` is the whole command line: what follows its `--` is the user's own program. */
export const interceptCommand = (
  context: Context,
  argv: readonly string[],
  exit: (code: number) => void,
): Command => {
  const command = new Command('intercept')
    .description('Answer requests to a service on this machine: yours only, unless you say more')
    .usage('NAME --port LOCAL[:REMOTE] [options] [-- COMMAND...]')
    .argument('[name]', 'service or workload; kind/name when several are called so')
    .argument('[command...]', 'after --: your program; gets PORT and ends the intercept')
    .option('-p, --port <local[:remote]>', 'port on this machine, and the port of the service')
    .addOption(httpHeaderOption())
    .option('--http-path-equal <path>', 'only requests with exactly that path')
    .option('--http-path-prefix <path>', 'only requests whose path starts like that')
    .option('--http-path-regex <regex>', 'only requests whose whole path matches')
    .option('--http-method <method>', 'only requests with that method')
    .addOption(listOption('--http-query <name=value>', 'only with that query parameter; or NAME'))
    .addOption(listOption('--baggage <name=value>', 'requests with that baggage member; or NAME'))
    .option('--match <expression>', 'a rule of your own, as docs/matching.md describes')
    .option('--for <time>', 'end by itself after that long: 90s, 45m, 8h; at most 1d')
    .option('--local-timeout <time>', 'when your app does not answer in time: see --when-slow')
    .option('--when-slow <what>', 'pod, 504 or wait (default: pod; without a time limit: wait)')
    .option('--when-down <what>', 'pod or error, when your app or laptop is gone (default: pod)')
    .option('--max-in-flight <n>', 'requests to you at once; the pod answers the others')
    .option('--max-rps <n>', 'requests to you a second; the pod answers the others')
    .addOption(listOption('--redact-header <name>', 'hide that header in what is recorded, too'))
    .addOption(listOption('--redact-json <path>', 'hide that place in JSON, too: $.user.email'))
    .option('--detach', 'go on in the background once it is ready')
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
    'byway intercept checkout --port 3000 --detach',
  );
};

const listOption = (flags: string, description: string): Option =>
  new Option(flags, description).argParser(
    (value: string, before: readonly string[] | undefined) => [...(before ?? []), value],
  );

const httpHeaderOption = (): Option =>
  new Option(
    '--http-header [header]',
    'NAME=VALUE, "NAME: VALUE", NAME~REGEX or NAME (present); all of them must be there. Nothing or auto: your key. A word right after it is its value, so say the name of the service first',
  )
    .argParser((value: string, before: readonly string[]) => [...before, value])
    .preset(automatic)
    .default([], 'your key');

/** Returns the exit code: 0, that of a signal, or that of the user's program. */
export const intercept = async (
  context: Context,
  names: readonly string[],
  command: readonly string[],
  options: InterceptOptions,
): Promise<number> => {
  const { port, for: time } = options;
  const { readRedaction } = await import('../arguments/redaction.ts');
  const redact = await readRedaction(context.environment, options);
  const read = await readInterceptPlan({
    names,
    command,
    port,
    matching: options,
    for: time,
    guards: options,
  });
  const plan = { ...read, redact };
  const { io } = context;
  const { literalHints } = await import('../arguments/literal-hint.ts');
  for (const hint of literalHints(plan.match)) io.say(hint);
  const where = plan.localPort === undefined ? 'a free port' : `localhost:${plan.localPort}`;
  io.say(`${plan.name} → ${where}`);
  const manager = await context.manager(options.manager);
  const me = await manager.me();
  const subjectOf = (local: number) => ({
    name: plan.name,
    port: local,
    match: plan.match,
    key: me.key,
  });
  if (options.detach === true) {
    const { detach } = await import('../session/detach.ts');
    const { connection } = manager;
    const { user, key } = me;
    await detach({ context, connection, user, key, plan, subjectOf, json: options.json === true });
    return exitCodes.ok;
  }
  const [{ runIntercept }, { OpenSession }, { reportToPeople }, { reportAsJson }] =
    await Promise.all([
      import('../session/run.ts'),
      import('../session/open-session.ts'),
      import('../session/report-people.ts'),
      import('../session/report-json.ts'),
    ]);
  const report = options.json === true ? reportAsJson : reportToPeople;
  const { user, key } = me;
  const session = await OpenSession.open({ context, manager, user, log: null, add: undefined });
  const live = await openView(context, manager, session, command, options);
  try {
    return await runIntercept({
      context,
      manager,
      plan,
      user,
      key,
      report: (local) => live?.report(subjectOf(local)) ?? report(io, subjectOf(local)),
      appOutput: options.json === true ? 'stderr' : 'inherit',
      session,
      release: () => session.host.close(),
    });
  } finally {
    await live?.close();
    session.close();
  }
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
