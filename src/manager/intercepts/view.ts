import type { Intercept } from '../../protocol/intercepts.ts';
import { leaseSecondsMax } from '../../protocol/limits.ts';
import type { Match } from '../../protocol/match.ts';
import type { RuleCounts } from '../../protocol/reports.ts';
import type { InterceptState, Rule } from '../../protocol/rules.ts';
import type { InterceptRecord } from '../store/records.ts';

/** When an intercept ends at the latest, in milliseconds since 1970; undefined while open. */
export const endOf = (record: InterceptRecord): number | undefined => {
  const { endsAt, lostAt, withoutSessionSeconds = leaseSecondsMax } = record;
  if (endsAt === null && lostAt === null) return undefined;
  const ends = [
    ...(endsAt === null ? [] : [Date.parse(endsAt)]),
    ...(lostAt === null ? [] : [Date.parse(lostAt) + withoutSessionSeconds * 1000]),
  ];
  return Math.min(...ends);
};

/** `endOf` in the form of the API. */
export const expiresAtOf = (record: InterceptRecord): string | null => {
  const end = endOf(record);
  return end === undefined ? null : new Date(end).toISOString();
};

export type Measured = {
  readonly state: InterceptState;
  readonly agents: Intercept['agents'];
  readonly counts: RuleCounts;
  readonly transport: string | undefined;
};

/** What everyone may see. */
export const viewOf = (
  record: InterceptRecord,
  { transport, ...measured }: Measured,
): Intercept => {
  const { id, workload, port, owner, laptop, match, createdAt } = record;
  return {
    id,
    name: workload.name,
    workload,
    port,
    owner,
    laptop,
    match,
    createdAt,
    expiresAt: expiresAtOf(record),
    ...(record.guards === undefined ? {} : { guards: record.guards }),
    ...(record.paused === undefined ? {} : { paused: record.paused }),
    ...(record.run === undefined ? {} : { run: record.run }),
    ...orderOf(record),
    ...measured,
    ...(transport === undefined ? {} : { transport }),
  };
};

/** What agents are told. */
export const ruleOf = (
  record: InterceptRecord,
  state: InterceptState,
  keySha256: string,
): Rule => ({
  id: record.id,
  name: record.workload.name,
  laptop: record.laptop,
  port: record.port,
  ...matchOf(record.match, keySha256),
  state,
  createdAt: record.createdAt,
  ...(record.guards === undefined ? {} : { guards: record.guards }),
  ...orderOf(record),
});

const orderOf = ({
  priority,
  otherKeys,
}: InterceptRecord): Pick<Rule, 'priority' | 'otherKeys'> => ({
  ...(priority === undefined ? {} : { priority }),
  ...(otherKeys === undefined ? {} : { otherKeys }),
});

const matchOf = (match: Match, keySha256: string): Pick<Rule, 'match' | 'ownerKeySha256'> => {
  if (!('key' in match)) return { match, ownerKeySha256: keySha256 };
  return { match: { keySha256, ...(match.all === undefined ? {} : { all: match.all }) } };
};
