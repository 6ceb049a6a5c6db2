import type { InterceptChange } from '../../protocol/intercepts.ts';
import type { InterceptRecord } from '../store/records.ts';

/**
 * What a wanted change makes of a record; the record itself when there is nothing to change. `now`
 * in milliseconds since 1970. A pause keeps who wanted it first, and an end never comes nearer.
 */
export const changeOf = (
  record: InterceptRecord,
  { paused, forSeconds }: InterceptChange,
  by: string,
  now: number,
): InterceptRecord => withEnd(withPause(record, paused, by, now), forSeconds, now);

const withPause = (
  record: InterceptRecord,
  wanted: boolean | undefined,
  by: string,
  now: number,
): InterceptRecord => {
  if (wanted === undefined || wanted === (record.paused !== undefined)) return record;
  const { paused: _, ...others } = record;
  return wanted ? { ...others, paused: { at: new Date(now).toISOString(), by } } : others;
};

const withEnd = (
  record: InterceptRecord,
  forSeconds: number | undefined,
  now: number,
): InterceptRecord => {
  if (forSeconds === undefined || record.endsAt === null) return record;
  const end = now + forSeconds * 1000;
  if (end <= Date.parse(record.endsAt)) return record;
  return { ...record, endsAt: new Date(end).toISOString() };
};
