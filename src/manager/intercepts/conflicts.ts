import { takeOverMax } from '../../protocol/limits.ts';
import { type Conflict, conflictBetween, smallestChange } from '../../protocol/match/conflict.ts';
import { printCondition, printMatch } from '../../protocol/match/expression/print.ts';
import { compareRules, type Ranked } from '../../protocol/match/order.ts';
import type { Match } from '../../protocol/match.ts';
import type { Problem } from '../../protocol/problem.ts';
import { ApiProblem } from '../http/api-problem.ts';
import { conflictWorkMax } from '../limits.ts';
import type { InterceptRecord } from '../store/records.ts';
import { expiresAtOf } from './view.ts';

/** Another intercept of the same workload and port that stands in the way of a new one. */
export type InTheWay = { readonly other: InterceptRecord; readonly conflict: Conflict };

/**
 * What of `others` conflicts with a new intercept: general rules of other sessions that some request
 * matches as well, unless the narrower one goes first. At most 101, oldest first.
 */
export const conflictsWith = (
  mine: InterceptRecord,
  others: readonly InterceptRecord[],
): readonly InTheWay[] => {
  const work = { left: conflictWorkMax };
  const found: InTheWay[] = [];
  for (const other of others) {
    if ('key' in mine.match || 'key' in other.match || mine.session === other.session) continue;
    const mineFirst = compareRules(rankedOf(mine), rankedOf(other)) < 0;
    const conflict = conflictBetween(mine.match.all, other.match.all, work, mineFirst);
    if (conflict !== undefined) found.push({ other, conflict });
    if (found.length > takeOverMax) break;
  }
  return found;
};

/** What decides the place of an intercept's rule among others. */
export const rankedOf = ({ id, match, priority, createdAt }: InterceptRecord): Ranked => ({
  id,
  conditions: match.all ?? [],
  ...(priority === undefined ? {} : { priority }),
  createdAt,
});

/** The refusal of a new intercept because of another one, the first that stands in its way. */
export const conflictProblem = (
  mine: InterceptRecord,
  { other, conflict }: InTheWay,
  all: readonly InTheWay[],
): ApiProblem => {
  const whose = other.owner === mine.owner ? 'another one of yours' : `one of ${other.owner}'s`;
  const certainty = conflict.witness === undefined ? 'may match' : 'match';
  const change = changeOf(mine.match, other.match);
  return new ApiProblem(
    'conflict',
    `Your rule and ${whose} ${certainty} the same requests, so nothing was changed.`,
    {
      hint: hintOf(mine, other, conflict),
      conflict: {
        ...conflictWith(other, conflict.lines),
        all: all.slice(0, takeOverMax).map((one) => one.other.id),
        ...(change === undefined ? {} : { change }),
      },
    },
  );
};

const hintOf = (mine: InterceptRecord, other: InterceptRecord, { starved }: Conflict): string => {
  const usual = 'Use your key, which never conflicts: leave out --http-header.';
  if (starved === undefined) return usual;
  const priority = (other.priority ?? 0) + 1;
  return starved === 'mine'
    ? `Yours is the narrower one, but theirs goes first and leaves it nothing; --priority ${priority} lets yours go first.`
    : `Theirs is the narrower one, but yours goes first and leaves it nothing${(mine.priority ?? 0) > 0 ? '; leave out --priority' : ''}. ${usual}`;
};

const changeOf = (mine: Match, theirs: Match): string | undefined => {
  const change = smallestChange(mine.all ?? [], theirs.all ?? []);
  return change === undefined ? undefined : printMatch({ all: change });
};

/** The refusal of an intercept that its owner has already, on a laptop that is connected. */
export const twinProblem = (twin: InterceptRecord): ApiProblem =>
  new ApiProblem(
    'conflict',
    `You intercept ${twin.workload.name} in the same way already, on ${twin.laptop}. Nothing was changed.`,
    {
      hint: `byway leave ${twin.workload.name}`,
      conflict: { ...conflictWith(twin, twinLines(twin.match)), all: [twin.id] },
    },
  );

const twinLines = (match: Match): readonly string[] => [
  ...('key' in match ? ['x-byway-id: your key'] : []),
  ...(match.all ?? []).map((condition) => printCondition(condition)),
];

const conflictWith = (
  other: InterceptRecord,
  witness: readonly string[],
): NonNullable<Problem['conflict']> => ({
  id: other.id,
  owner: other.owner,
  laptop: other.laptop,
  expiresAt: expiresAtOf(other),
  witness,
});
