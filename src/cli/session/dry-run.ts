import { exitCodes } from '../../base/exit-codes.ts';
import { newIdentifier } from '../../base/identifier.ts';
import type { Intercept } from '../../protocol/intercepts.ts';
import { sentenceOf } from '../../protocol/match/sentence.ts';
import type { Io } from '../io.ts';
import type { ManagerClient } from '../manager-client/client.ts';
import { ManagerError } from '../manager-client/manager-error.ts';
import { matchInWords } from '../wording/match.ts';
import { plain } from '../wording/plain.ts';
import { wrapped } from '../wording/wrap.ts';
import { explainRefusal } from './explain-refusal.ts';
import type { InterceptPlan } from './plan.ts';
import { whatIsInTheWay } from './take-over.ts';
import { wantedOf } from './wanted.ts';

type Asked = Pick<ManagerClient, 'tryCreate' | 'intercepts' | 'me'>;

/**
 * Says what an intercept would come to, and creates nothing. Returns 0 when it would be created;
 * throws what creating it would throw, with `--json` after a line about the conflict.
 */
export const dryRun = async (
  io: Io,
  manager: Asked,
  plan: InterceptPlan,
  json: boolean,
): Promise<number> => {
  const session = newIdentifier('se');
  try {
    const ended = await whatIsInTheWay(manager, plan, session);
    const intercept = await manager.tryCreate({ ...wantedOf(plan, ended), session });
    if (json) io.printJson(asJson(intercept, ended));
    tell(io, plan, intercept, ended);
    return exitCodes.ok;
  } catch (error) {
    if (!(error instanceof ManagerError)) throw error;
    const { code, detail, conflict } = error.problem;
    if (json) {
      const about = conflict === undefined ? {} : { conflict };
      io.printJson({ dryRun: true, wouldBeCreated: false, code, detail, ...about });
    }
    const { user } = await manager.me();
    throw await explainRefusal(error, plan, user, manager);
  }
};

type Ended = Pick<Intercept, 'id' | 'owner' | 'match'>;

const asJson = (intercept: Intercept, ended: readonly Ended[]): unknown => {
  const { name, workload, port, owner, match, guards, priority, otherKeys } = intercept;
  return {
    dryRun: true,
    wouldBeCreated: true,
    takes: sentenceOf(match),
    intercept: { name, workload, port, owner, match, guards, priority, otherKeys },
    takesOver: ended.map(({ id, owner: other }) => ({ id, owner: other })),
  };
};

const tell = (
  io: Io,
  plan: InterceptPlan,
  { match, workload, port }: Intercept,
  ended: readonly Ended[],
): void => {
  const where = plan.localPort === undefined ? 'you' : `localhost:${plan.localPort}`;
  io.say(`${io.paint().good('Would be created.')} Nothing was changed.`);
  const takes = `${workload.name}, port ${port}: ${plain(sentenceOf(match))} would go to ${where}.`;
  const ends = ended.map(
    ({ owner, match: theirs }) => `${plain(owner)}'s would end: ${matchInWords(theirs, 'their')}.`,
  );
  for (const text of [takes, ...ends]) for (const line of wrapped(text, 2, 4)) io.say(line);
};
