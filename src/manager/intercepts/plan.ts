import { newIdentifier } from '../../base/identifier.ts';
import type { WorkloadStatus } from '../../protocol/api.ts';
import type { NewIntercept } from '../../protocol/intercepts.ts';
import { conflictBetween, smallestChange } from '../../protocol/match/conflict.ts';
import { printCondition, printMatch } from '../../protocol/match/expression/print.ts';
import type { Work } from '../../protocol/match/overlap/product.ts';
import type { Match } from '../../protocol/match.ts';
import { workloadPath } from '../../protocol/workload.ts';
import { ApiProblem } from '../http/api-problem.ts';
import { mayTouch, type Principal } from '../identity/principal.ts';
import { conflictWorkMax, interceptsMax, interceptsPerUserMax } from '../limits.ts';
import type { InterceptGroups } from '../store/intercept-table.ts';
import type { InterceptRecord } from '../store/records.ts';
import { choosePort, findWorkload } from '../workloads/find.ts';
import { settleMatch } from './settle-match.ts';
import { expiresAtOf } from './view.ts';

export type Planning = {
  readonly principal: Principal;
  readonly wanted: NewIntercept;
  readonly workloads: readonly WorkloadStatus[];
  readonly intercepts: { readonly groups: InterceptGroups; readonly size: number };
  /** The owner's, or that of the run it is for. */
  readonly ownKey: string;
  /** Whether a session's tunnel is there. */
  readonly isConnected: (session: string) => boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
};

/** What creating an intercept comes to. */
export type Plan = {
  readonly record: InterceptRecord;
  /** The same intercept of the same session is there already: its creation was only repeated. */
  readonly isThere: boolean;
  /** An intercept of the same owner that lost its laptop, which this one takes the place of. */
  readonly replaces: InterceptRecord | undefined;
};

/** Decides on a new intercept, and changes nothing. Throws an `ApiProblem` when it may not be. */
export const planIntercept = (planning: Planning): Plan => {
  const { principal, wanted, workloads, intercepts, ownKey, isConnected } = planning;
  const known = workloads.filter(({ workload }) => mayTouch(principal, workload));
  const status = findWorkload(wanted.workload, known);
  const port = choosePort(status, wanted.port);
  refuseForeignSession(planning);
  const match = settleMatch(wanted.match, ownKey);
  const record = recordOf(planning, status, port, match);
  const path = workloadPath(record.workload);
  const beside = intercepts.groups.group('workload', path).filter((other) => other.port === port);
  const twin = beside.find((other) => other.owner === record.owner && sameMatch(other, record));
  if (twin?.session === record.session) return { record: twin, isThere: true, replaces: undefined };
  if (twin !== undefined && isConnected(twin.session)) throw twinConflict(twin);
  const work = { left: conflictWorkMax };
  for (const other of beside) if (other !== twin) refuseConflict(record, other, work);
  if (twin === undefined) refuseTooMany(intercepts, record.owner);
  return { record, isThere: false, replaces: twin };
};

const recordOf = (
  { principal, wanted, isConnected, now }: Planning,
  { workload }: WorkloadStatus,
  port: number,
  match: Match,
): InterceptRecord => ({
  id: newIdentifier('ic'),
  workload,
  port,
  owner: principal.user,
  session: wanted.session,
  laptop: wanted.laptop,
  match,
  createdAt: new Date(now).toISOString(),
  endsAt:
    wanted.forSeconds === undefined ? null : new Date(now + wanted.forSeconds * 1000).toISOString(),
  lostAt: isConnected(wanted.session) ? null : new Date(now).toISOString(),
  ...(wanted.guards === undefined ? {} : { guards: wanted.guards }),
  ...(wanted.run === undefined ? {} : { run: wanted.run }),
  ...(wanted.withoutSessionSeconds === undefined
    ? {}
    : { withoutSessionSeconds: wanted.withoutSessionSeconds }),
});

const refuseForeignSession = ({ principal, wanted, intercepts }: Planning): void => {
  const foreign = intercepts.groups
    .group('session', wanted.session)
    .some(({ owner }) => owner !== principal.user);
  if (foreign) throw new ApiProblem('forbidden', 'The session belongs to another user.');
};

const sameMatch = (one: InterceptRecord, other: InterceptRecord): boolean =>
  one.run === other.run && matchText(one.match) === matchText(other.match);

/** Equal for matches with the same conditions in whatever order. */
const matchText = (match: Match): string => {
  const conditions = new Set((match.all ?? []).map((condition) => printCondition(condition)));
  return JSON.stringify(['key' in match, ...[...conditions].sort()]);
};

const twinConflict = (twin: InterceptRecord): ApiProblem =>
  new ApiProblem(
    'conflict',
    `You intercept ${twin.workload.name} in the same way already, on ${twin.laptop}. Nothing was changed.`,
    {
      hint: `byway leave ${twin.workload.name}`,
      conflict: conflictWith(twin, twinLines(twin.match)),
    },
  );

const twinLines = (match: Match): readonly string[] => [
  ...('key' in match ? ['x-byway-id: your key'] : []),
  ...(match.all ?? []).map((condition) => printCondition(condition)),
];

const refuseConflict = (mine: InterceptRecord, other: InterceptRecord, work: Work): void => {
  if ('key' in mine.match || 'key' in other.match || mine.session === other.session) return;
  const conflict = conflictBetween(mine.match.all, other.match.all, work);
  if (conflict === undefined) return;
  const whose = other.owner === mine.owner ? 'another one of yours' : `one of ${other.owner}'s`;
  const change = smallestChange(mine.match.all, other.match.all);
  const certainty = conflict.witness === undefined ? 'may match' : 'match';
  throw new ApiProblem(
    'conflict',
    `Your rule and ${whose} ${certainty} the same requests, so nothing was changed.`,
    {
      hint: 'Use your key, which never conflicts: leave out --http-header.',
      conflict: {
        ...conflictWith(other, conflict.lines),
        ...(change === undefined ? {} : { change: printMatch({ all: change }) }),
      },
    },
  );
};

const conflictWith = (other: InterceptRecord, witness: readonly string[]) => ({
  id: other.id,
  owner: other.owner,
  laptop: other.laptop,
  expiresAt: expiresAtOf(other),
  witness,
});

const refuseTooMany = ({ groups, size }: Planning['intercepts'], owner: string): void => {
  const own = groups.groupSize('owner', owner);
  if (own < interceptsPerUserMax && size < interceptsMax) return;
  const limit = own < interceptsPerUserMax ? interceptsMax : interceptsPerUserMax;
  throw new ApiProblem('too_many', `There are ${limit} intercepts already. Nothing was changed.`, {
    hint: 'byway list, then byway leave NAME',
  });
};
