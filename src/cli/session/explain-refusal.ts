import { UserError } from '../../base/errors.ts';
import type { Match } from '../../protocol/match.ts';
import type { Problem } from '../../protocol/problem.ts';
import type { ManagerClient } from '../manager-client/client.ts';
import { ManagerError } from '../manager-client/manager-error.ts';
import { closest } from '../wording/closest.ts';
import { plain } from '../wording/plain.ts';
import { conflictInWords } from './conflict-in-words.ts';
import { type InterceptPlan, portFlag } from './plan.ts';

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
