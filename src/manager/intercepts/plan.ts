import { newIdentifier } from '../../base/identifier.ts';
import type { WorkloadStatus } from '../../protocol/api.ts';
import type { NewIntercept } from '../../protocol/intercepts.ts';
import { printCondition } from '../../protocol/match/expression/print.ts';
import type { Match } from '../../protocol/match.ts';
import { workloadPath } from '../../protocol/workload.ts';
import { ApiProblem } from '../http/api-problem.ts';
import { mayBy, type Policy } from '../identity/policy.ts';
import { mayTouch, type Principal } from '../identity/principal.ts';
import { interceptsMax, interceptsPerUserMax } from '../limits.ts';
import type { InterceptGroups } from '../store/intercept-table.ts';
import type { InterceptRecord } from '../store/records.ts';
import { choosePort, findWorkload } from '../workloads/find.ts';
import { conflictProblem, conflictsWith, twinProblem } from './conflicts.ts';
import { settleMatch } from './settle-match.ts';
import { settleReach } from './settle-reach.ts';

export type Planning = {
  readonly principal: Principal;
  readonly wanted: NewIntercept;
  readonly workloads: readonly WorkloadStatus[];
  readonly intercepts: { readonly groups: InterceptGroups; readonly size: number };
  /** The owner's, or that of the run it is for. */
  readonly ownKey: string;
  readonly policy: Policy;
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
  /** Intercepts that end because this one takes them over. */
  readonly takesOver: readonly InterceptRecord[];
};

/** Decides on a new intercept, and changes nothing. Throws an `ApiProblem` when it may not be. */
export const planIntercept = (planning: Planning): Plan => {
  const { principal, wanted, workloads, intercepts, ownKey, isConnected } = planning;
  const known = workloads.filter(({ workload }) => mayTouch(principal, workload));
  const status = findWorkload(wanted.workload, known);
  const port = choosePort(status, wanted.port);
  refuseForeignSession(planning);
  const { match, isUnfiltered } = settleMatch(wanted.match, ownKey);
  settleReach(planning, status.workload, match, isUnfiltered);
  const record = recordOf(planning, status, port, match);
  const path = workloadPath(record.workload);
  const beside = intercepts.groups.group('workload', path).filter((other) => other.port === port);
  const twin = beside.find((other) => other.owner === record.owner && sameMatch(other, record));
  if (twin?.session === record.session && sameOrder(twin, record)) {
    return { record: twin, isThere: true, replaces: undefined, takesOver: [] };
  }
  const named = new Set(wanted.takeOver ?? []);
  const rival = twin !== undefined && isConnected(twin.session) ? twin : undefined;
  if (rival !== undefined && !named.has(rival.id)) throw twinProblem(rival);
  const takesOver = [
    ...(rival === undefined ? [] : [rival]),
    ...settleConflicts(
      planning,
      record,
      beside.filter((other) => other !== twin),
    ),
  ];
  if (twin === undefined) refuseTooMany(intercepts, record.owner, takesOver);
  return { record, isThere: false, replaces: rival === undefined ? twin : undefined, takesOver };
};

/** Those in the way that may be taken over; throws when others are. */
const settleConflicts = (
  { principal, policy, wanted }: Planning,
  record: InterceptRecord,
  others: readonly InterceptRecord[],
): readonly InterceptRecord[] => {
  const conflicts = conflictsWith(record, others);
  const named = new Set(wanted.takeOver ?? []);
  const [open] = conflicts.filter(({ other }) => !named.has(other.id));
  if (open !== undefined) throw conflictProblem(record, open, conflicts);
  const foreign = conflicts.find(({ other }) => other.owner !== principal.user)?.other;
  if (foreign !== undefined && !mayBy(policy, 'takeOver', principal.user, record.workload)) {
    throw new ApiProblem(
      'refused_by_policy',
      `The policy does not let you take over intercepts of ${record.workload.name}. Nothing was changed.`,
      { hint: `Ask ${foreign.owner} to: byway leave ${record.workload.name}` },
    );
  }
  return conflicts.map(({ other }) => other);
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
  ...((wanted.priority ?? 0) === 0 ? {} : { priority: wanted.priority as number }),
  ...(wanted.otherKeys === true ? { otherKeys: true as const } : {}),
});

const refuseForeignSession = ({ principal, wanted, intercepts }: Planning): void => {
  const foreign = intercepts.groups
    .group('session', wanted.session)
    .some(({ owner }) => owner !== principal.user);
  if (foreign) throw new ApiProblem('forbidden', 'The session belongs to another user.');
};

const sameMatch = (one: InterceptRecord, other: InterceptRecord): boolean =>
  one.run === other.run && matchText(one.match) === matchText(other.match);

const sameOrder = (one: InterceptRecord, other: InterceptRecord): boolean =>
  one.priority === other.priority && one.otherKeys === other.otherKeys;

/** Equal for matches with the same conditions in whatever order. */
const matchText = (match: Match): string => {
  const conditions = new Set((match.all ?? []).map((condition) => printCondition(condition)));
  return JSON.stringify(['key' in match, ...[...conditions].sort()]);
};

const refuseTooMany = (
  { groups, size }: Planning['intercepts'],
  owner: string,
  going: readonly InterceptRecord[],
): void => {
  const ownGoing = going.filter((record) => record.owner === owner).length;
  const own = groups.groupSize('owner', owner) - ownGoing;
  if (own < interceptsPerUserMax && size - going.length < interceptsMax) return;
  const limit = own < interceptsPerUserMax ? interceptsMax : interceptsPerUserMax;
  throw new ApiProblem('too_many', `There are ${limit} intercepts already. Nothing was changed.`, {
    hint: 'byway list, then byway leave NAME',
  });
};
