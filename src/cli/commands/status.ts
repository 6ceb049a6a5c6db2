import { Command } from 'commander';
import { UserError } from '../../base/errors.ts';
import { exitCodes } from '../../base/exit-codes.ts';
import type { Intercept, InterceptDetail } from '../../protocol/intercepts.ts';
import type { NearMiss } from '../../protocol/near-miss.ts';
import type { Context } from '../context.ts';
import type { LocalSession } from '../control/local-sessions.ts';
import type { ManagerClient } from '../manager-client/client.ts';
import type { Paint } from '../paint.ts';
import { legsAsJson } from '../session/report-json.ts';
import { countsInWords } from '../wording/counts.ts';
import { shortKey, timeLeft } from '../wording/figures.ts';
import { matchInWords, whoseKey } from '../wording/match.ts';
import { isCalled } from '../wording/name.ts';
import { adviceOn, nearMissesInWords, wrapped } from '../wording/near-misses.ts';
import { plain } from '../wording/plain.ts';
import { replicasInWords } from '../wording/replicas.ts';
import { legsInWords, processInWords, tellCrashed, tunnelInWords } from '../wording/sessions.ts';
import { type CommonOptions, withCommonOptions, withExamples } from './options.ts';
import { takenFrom, takenInWords } from './taken-over.ts';

export type StatusOptions = CommonOptions & {
  readonly plain?: boolean;
  readonly replicas?: boolean;
};

export const statusCommand = (context: Context, exit: (code: number) => void): Command => {
  const command = new Command('status')
    .argument('[name]', 'only this one: its name, kind/name or id')
    .option('--replicas', 'show the counts of each agent, also when there is only one')
    .option('--plain', 'print it, also in a terminal')
    .action(async (name: string | undefined, options: StatusOptions) =>
      exit(await status(context, name, options)),
    );
  return withExamples(
    withCommonOptions(command),
    'byway status',
    'byway status --plain',
    'byway status pricing --json',
  );
};

/** Returns the exit code: 0, or that of a signal which ended the view. */
export const status = async (
  context: Context,
  name: string | undefined,
  options: StatusOptions,
): Promise<number> => {
  const { io } = context;
  const { findLocalSessions } = await import('../control/local-sessions.ts');
  const { running, crashed } = await findLocalSessions(context.environment);
  tellCrashed(io, crashed);
  const manager = await context.manager(options.manager);
  const [{ version }, me, everybodys] = await withoutManagerToo(context, running, options, () =>
    Promise.all([manager.version(), manager.me(), manager.intercepts()]),
  );
  const isShown = (intercept: Intercept): boolean =>
    intercept.owner === me.user && (name === undefined || isCalled(intercept, name));
  const shown = everybodys.filter(isShown);
  if (name !== undefined && shown.length === 0) throw unknown(name);
  const { drawsView } = await import('../ui/draws-view.ts');
  if (shown.length > 0 && drawsView(context, options)) {
    const { watchIntercepts } = await import('../ui/watch-intercepts.ts');
    return await watchIntercepts({
      context,
      manager,
      intercepts: shown,
      localOf: (intercept) => localOf(intercept, running),
      refresh: async () => (await manager.intercepts()).filter(isShown),
    });
  }
  const details = await detailsOf(manager, shown);
  const own = everybodys.filter(({ owner }) => owner === me.user);
  const taken = (await takenFrom(manager, me.user, own)).filter(
    ({ workload }) => name === undefined || workload?.endsWith(`/${name}`) === true,
  );
  const { origin } = manager.connection.manager;
  const key = me.key === null ? null : shortKey(me.key);
  if (options.json === true) {
    const intercepts = details.map((one) => asJson(one, localOf(one, running)));
    const takenOver = taken.map(({ at, user: by, subject, workload }) => ({
      at,
      by,
      id: subject,
      workload,
    }));
    const you = { user: me.user, key };
    io.printJson({ manager: { url: origin, version }, ...you, intercepts, takenOver });
    return exitCodes.ok;
  }
  io.print(`manager  ${origin}  v${version}`);
  io.print(`you      ${me.user}${key === null ? '' : `  key ${key}`}`);
  for (const one of details) {
    io.print(`\n${inWords(context, one, localOf(one, running), options.replicas === true)}`);
  }
  for (const one of taken) io.print(`\n${io.paintData().warning('▲')} ${takenInWords(one)}`);
  if (details.length === 0) io.say('You intercept nothing.   byway intercept NAME --port 3000');
  return exitCodes.ok;
};

/** When the manager can't be asked, tells what the sessions of this machine say, and throws. */
const withoutManagerToo = async <T>(
  { io }: Context,
  running: readonly LocalSession[],
  options: CommonOptions,
  ask: () => Promise<T>,
): Promise<T> => {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof UserError) || error.kind !== 'unreachable') throw error;
    if (options.json === true) {
      const intercepts = running.map((local) => ({
        name: local.file.name,
        id: local.file.id,
        ...localAsJson(local),
      }));
      io.printJson({ manager: null, intercepts });
    } else {
      for (const local of running) {
        const { name, port } = local.file;
        io.print([`${name} → localhost:${port}`, ...sessionInWords(local)].join('\n'));
      }
    }
    throw error;
  }
};

/** What is known of each; one that has ended meanwhile is left out. */
const detailsOf = async (
  manager: Pick<ManagerClient, 'intercept'>,
  intercepts: readonly Intercept[],
): Promise<readonly InterceptDetail[]> => {
  const asked = intercepts.map(async ({ id }) => {
    try {
      return [await manager.intercept(id)];
    } catch (error) {
      if (error instanceof UserError && error.kind === 'not_found') return [];
      throw error;
    }
  });
  return (await Promise.all(asked)).flat();
};

const asJson = (intercept: InterceptDetail, local: LocalSession | undefined): unknown =>
  local === undefined
    ? { ...intercept, localPort: null, session: null }
    : { ...intercept, ...localAsJson(local) };

const localAsJson = ({ file, status, intercept }: LocalSession) => ({
  localPort: file.port,
  session: {
    pid: file.pid,
    answers: status !== undefined,
    background: file.log !== null,
    log: file.log,
    tunnel: status?.tunnel ?? null,
    legsMs: intercept?.legsMs == null ? null : legsAsJson(intercept.legsMs),
    requests: intercept?.requests ?? null,
  },
});

const inWords = (
  { io }: Context,
  intercept: InterceptDetail,
  local: LocalSession | undefined,
  withReplicas: boolean,
): string => {
  const { workload, laptop, match, run, agents, expiresAt, counts, transport } = intercept;
  const paint = io.paintData();
  const lease = expiresAt === null ? '' : `   ${timeLeft(new Date(expiresAt), new Date())} left`;
  const goesTo = local === undefined ? laptop : `localhost:${local.file.port}`;
  return [
    `${workload.name} → ${goesTo}   ${stateInWords(paint, intercept)}${lease}`,
    `  match   ${matchInWords(match, whoseKey(run, 'your'))}${'key' in match ? ' (x-byway-id or baggage byway)' : ''}`,
    ...orderInWords(intercept),
    ...(local === undefined ? [] : sessionInWords(local)),
    ...(transport === undefined ? [] : [`  over    ${plain(transport)}`]),
    `  agents  ${agents.applied} of ${agents.connected} have the rule`,
    `  ${countsInWords(counts)}`,
    ...replicasInWords(intercept.replicas, withReplicas),
    ...nearMissLines(intercept.nearMisses ?? [], io.columns()),
  ].join('\n');
};

const nearMissLines = (
  misses: readonly NearMiss[],
  columns: number | undefined,
): readonly string[] => {
  const text = nearMissesInWords(misses);
  if (text === undefined) return [];
  const width = columns === undefined ? Number.POSITIVE_INFINITY : Math.min(columns, 80);
  const advice = adviceOn(misses).flatMap((line) => wrapped(line, width, '    '));
  return [...wrapped(text, width, '  '), ...advice];
};

const orderInWords = ({ priority, otherKeys }: Intercept): readonly string[] => [
  ...(priority === undefined ? [] : [`  order   priority ${priority}`]),
  ...(otherKeys === undefined ? [] : ["  keys    takes requests with other users' keys, too"]),
];

const sessionInWords = (local: LocalSession): readonly string[] => [
  `  session ${processInWords(local)}`,
  ...(local.status === undefined ? [] : [`  way     ${tunnelInWords(local.status.tunnel)}`]),
  ...(local.intercept?.legsMs == null ? [] : [`  probe   ${legsInWords(local.intercept.legsMs)}`]),
];

const stateInWords = (paint: Paint, { state, paused }: Intercept): string => {
  if (state === 'active') return paint.good('● active');
  const by = paused === undefined ? '' : `paused by ${plain(paused.by)}`;
  if (state === 'paused') return paint.warning(`‖ ${by}`);
  return paint.warning(`○ disconnected${by === '' ? '' : `, ${by}`}`);
};

const localOf = ({ id }: Intercept, running: readonly LocalSession[]): LocalSession | undefined =>
  running.find(({ file }) => file.id === id);

const unknown = (name: string): UserError =>
  new UserError(`You have no intercept called "${name}".`, {
    kind: 'not_found',
    hint: 'See yours   byway list',
  });
