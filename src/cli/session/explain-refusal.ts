import { UserError } from '../../base/errors.ts';
import { smallestChange } from '../../protocol/match/conflict.ts';
import type { Match } from '../../protocol/match.ts';
import type { Problem } from '../../protocol/problem.ts';
import type { ManagerClient } from '../manager-client/client.ts';
import { ManagerError } from '../manager-client/manager-error.ts';
import { closest } from '../wording/closest.ts';
import { moment } from '../wording/figures.ts';
import { matchInWords } from '../wording/match.ts';
import { matchFlags } from '../wording/match-flags.ts';
import { plain } from '../wording/plain.ts';
import type { InterceptPlan } from './plan.ts';

type Conflict = NonNullable<Problem['conflict']>;

/** Turns the manager's refusal of a new intercept into what its user can do about it. */
export const explainRefusal = async (
  error: unknown,
  plan: InterceptPlan,
  user: string,
  manager: Pick<ManagerClient, 'intercepts'>,
): Promise<unknown> => {
  if (!(error instanceof ManagerError)) return error;
  const { code, conflict, suggestions } = error.problem;
  if (code === 'not_found') return unknownService(plan, (suggestions ?? []).map(plain));
  if (code !== 'conflict' || conflict === undefined) return error;
  const theirs = await matchOf(conflict, manager);
  return new UserError(error.message, {
    kind: 'conflict',
    cause: error,
    hint: conflictInWords(plan, user, conflict, theirs, error.hint),
  });
};

/** Refuses a name that the manager does not know before anything is started for it. */
export const assertKnown = async (
  plan: InterceptPlan,
  manager: Pick<ManagerClient, 'workloads'>,
): Promise<void> => {
  const workloads = (await manager.workloads()).map(({ workload }) => workload);
  const known = workloads.some(
    ({ kind, name }) => plan.name === name || plan.name === `${kind}/${name}`,
  );
  if (known) return;
  const names = workloads.map(({ name }) => name);
  throw unknownService(plan, closest(plan.name.split('/').at(-1) ?? '', names));
};

const unknownService = (plan: InterceptPlan, suggestions: readonly string[]): UserError => {
  const [first] = suggestions;
  return new UserError(`No service is called "${plan.name}" here. Nothing was changed.`, {
    kind: 'not_found',
    hint:
      first === undefined
        ? 'Is byway-agent running in front of it, with that --workload?'
        : `Did you mean ${first}?   byway intercept ${first}${portFlag(plan)}`,
  });
};

const portFlag = ({ localPort, remotePort }: InterceptPlan): string => {
  if (localPort === undefined) return '';
  return ` --port ${localPort}${remotePort === undefined ? '' : `:${remotePort}`}`;
};

/** The other rule, or undefined when it is gone or can't be asked for. */
const matchOf = async (
  { id }: Conflict,
  manager: Pick<ManagerClient, 'intercepts'>,
): Promise<Match | undefined> => {
  try {
    return (await manager.intercepts()).find((intercept) => intercept.id === id)?.match;
  } catch {
    return undefined; // The refusal itself is what the user must see.
  }
};

const conflictInWords = (
  plan: InterceptPlan,
  user: string,
  { id, owner, laptop, expiresAt, witness }: Conflict,
  theirs: Match | undefined,
  hint: string | undefined,
): string => {
  const own = owner === user;
  const until = expiresAt === null ? '' : `   until ${moment(new Date(expiresAt), new Date())}`;
  const match = theirs === undefined ? '' : matchInWords(theirs, own ? 'your' : 'their');
  const whose = own ? 'Other' : `${plain(owner)}'s`;
  const width = Math.max(whose.length, 5) + 3;
  return [
    `${'Yours'.padEnd(width)}${matchInWords(plan.match)}`,
    `${whose.padEnd(width)}${match}   (${plain(owner)} on ${plain(laptop)})${until}`,
    witness.length === 0
      ? 'Both may match the same request: the rules are too large to tell.'
      : `Both match, for example   ${witness.map(plain).join('   ')}`,
    ...keepApart(plan, theirs),
    ...(own ? [`Replace      byway leave ${id}`] : []),
    ...(own || hint === undefined ? [] : [hint]),
  ].join('\n');
};

const keepApart = (plan: InterceptPlan, theirs: Match | undefined): readonly string[] => {
  if (theirs === undefined || 'key' in theirs || 'key' in plan.match) return [];
  const changed = smallestChange(plan.match.all, theirs.all);
  if (changed === undefined) return [];
  return [`Keep apart   byway intercept ${plan.name}${portFlag(plan)} ${matchFlags(changed)}`];
};
