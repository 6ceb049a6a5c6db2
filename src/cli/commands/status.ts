import { Command } from 'commander';
import { UserError } from '../../base/errors.ts';
import type { Intercept } from '../../protocol/intercepts.ts';
import type { Context } from '../context.ts';
import type { Paint } from '../paint.ts';
import type { SessionFile } from '../session/session-file.ts';
import { countsInWords } from '../wording/counts.ts';
import { shortKey, timeLeft } from '../wording/figures.ts';
import { matchInWords } from '../wording/match.ts';
import { isCalled } from '../wording/name.ts';
import { plain } from '../wording/plain.ts';
import { type CommonOptions, withCommonOptions, withExamples } from './options.ts';

export const statusCommand = (context: Context): Command => {
  const command = new Command('status')
    .description('Show the manager, who you are, and how your intercepts do')
    .argument('[name]', 'only this one: its name, kind/name or id')
    .action((name: string | undefined, options: CommonOptions) => status(context, name, options));
  return withExamples(withCommonOptions(command), 'byway status', 'byway status pricing --json');
};

export const status = async (
  context: Context,
  name: string | undefined,
  options: CommonOptions,
): Promise<void> => {
  const { io } = context;
  const manager = await context.manager(options.manager);
  const [{ version }, me, everybodys] = await Promise.all([
    manager.version(),
    manager.me(),
    manager.intercepts(),
  ]);
  const own = everybodys.filter(({ owner }) => owner === me.user);
  const shown = name === undefined ? own : own.filter((intercept) => isCalled(intercept, name));
  if (name !== undefined && shown.length === 0) throw unknown(name);
  const { readSessionFiles } = await import('../session/session-file.ts');
  const sessions = await readSessionFiles(context.environment);
  const { origin } = manager.connection.manager;
  const key = me.key === null ? null : shortKey(me.key);
  if (options.json === true) {
    const intercepts = shown.map((one) => ({ ...one, localPort: localPortOf(one, sessions) }));
    io.printJson({ manager: { url: origin, version }, user: me.user, key, intercepts });
    return;
  }
  io.print(`manager  ${origin}  v${version}`);
  io.print(`you      ${me.user}${key === null ? '' : `  key ${key}`}`);
  for (const one of shown) io.print(`\n${inWords(context, one, sessions)}`);
  if (shown.length === 0) io.say('You intercept nothing.   byway intercept NAME --port 3000');
};

const inWords = (
  { io }: Context,
  intercept: Intercept,
  sessions: readonly SessionFile[],
): string => {
  const { workload, laptop, match, agents, expiresAt, counts } = intercept;
  const local = localPortOf(intercept, sessions);
  const paint = io.paintData();
  const lease = expiresAt === null ? '' : `   ${timeLeft(new Date(expiresAt), new Date())} left`;
  return [
    `${workload.name} → ${local === null ? laptop : `localhost:${local}`}   ${stateInWords(paint, intercept)}${lease}`,
    `  match   ${matchInWords(match)}${'key' in match ? ' (x-byway-id or baggage byway)' : ''}`,
    `  agents  ${agents.applied} of ${agents.connected} have the rule`,
    `  ${countsInWords(counts)}`,
  ].join('\n');
};

const stateInWords = (paint: Paint, { state, paused }: Intercept): string => {
  if (state === 'active') return paint.good('● active');
  const by = paused === undefined ? '' : `paused by ${plain(paused.by)}`;
  if (state === 'paused') return paint.warning(`‖ ${by}`);
  return paint.warning(`○ disconnected${by === '' ? '' : `, ${by}`}`);
};

const localPortOf = ({ id }: Intercept, sessions: readonly SessionFile[]): number | null =>
  sessions.find((session) => session.id === id)?.port ?? null;

const unknown = (name: string): UserError =>
  new UserError(`You have no intercept called "${name}".`, {
    kind: 'not_found',
    hint: 'See yours   byway list',
  });
