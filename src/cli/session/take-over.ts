import type { Intercept } from '../../protocol/intercepts.ts';
import type { Problem } from '../../protocol/problem.ts';
import type { Io } from '../io.ts';
import type { ManagerClient } from '../manager-client/client.ts';
import { ManagerError } from '../manager-client/manager-error.ts';
import { matchInWords } from '../wording/match.ts';
import { plain } from '../wording/plain.ts';
import type { InterceptPlan } from './plan.ts';
import { wantedOf } from './wanted.ts';

type InTheWay = Pick<Intercept, 'id' | 'owner' | 'match'>;

/**
 * The intercepts that `--take-over` ends: those that conflict at this moment. What comes in between
 * now and then is a conflict again, so that of two who take over at once one wins.
 */
export const whatIsInTheWay = async (
  manager: Pick<ManagerClient, 'tryCreate' | 'intercepts'>,
  plan: InterceptPlan,
  session: string,
): Promise<readonly InTheWay[]> => {
  if (plan.demands?.takeOver !== true) return [];
  const conflict = await conflictOf(manager, plan, session);
  if (conflict === undefined) return [];
  const ids = new Set(conflict.all ?? [conflict.id]);
  return (await manager.intercepts()).filter(({ id }) => ids.has(id));
};

const conflictOf = async (
  manager: Pick<ManagerClient, 'tryCreate'>,
  plan: InterceptPlan,
  session: string,
): Promise<Problem['conflict']> => {
  try {
    await manager.tryCreate({ ...wantedOf(plan, []), session });
    return undefined;
  } catch (error) {
    if (error instanceof ManagerError && error.problem.conflict !== undefined) {
      return error.problem.conflict;
    }
    throw error;
  }
};

/** Says whose intercepts ended, and that they know. */
export const tellTakenOver = (
  io: Io,
  { name }: InterceptPlan,
  user: string,
  ended: readonly InTheWay[],
): void => {
  for (const { owner, match } of ended) {
    const whose = owner === user ? 'another session of yours' : plain(owner);
    const told = owner === user ? '' : ` ${plain(owner)} is told.`;
    io.say(`Took over ${name} from ${whose} (${matchInWords(match, 'their')}).${told}`);
  }
};
