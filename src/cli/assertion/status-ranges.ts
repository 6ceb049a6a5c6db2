import * as v from 'valibot';
import { UserError } from '../../base/errors.ts';

/** Statuses from one to another, both included. */
export type StatusRange = readonly [from: number, to: number];

const status = v.pipe(v.number(), v.integer(), v.minValue(100), v.maxValue(599));

export const statusRangeSchema: v.GenericSchema<unknown, StatusRange> = v.strictTuple([
  status,
  status,
]);

/** Reads `200`, `2xx` or several with commas between them. Throws a usage error. */
export const parseStatuses = (text: string): readonly StatusRange[] =>
  text.split(',').map((part) => {
    const [, exact, group] = /^(?:([1-5]\d\d)|([1-5])xx)$/i.exec(part.trim()) ?? [];
    if (exact !== undefined) return [Number(exact), Number(exact)];
    if (group !== undefined) return [Number(group) * 100, Number(group) * 100 + 99];
    throw new UserError(`--status takes statuses such as 200, 2xx or 200,404, not "${text}".`, {
      kind: 'usage',
    });
  });

/** Whether a status is in one of the ranges; without ranges every one is. */
export const isAmong = (ranges: readonly StatusRange[], of: number): boolean =>
  ranges.length === 0 || ranges.some(([from, to]) => from <= of && of <= to);

/** As it was written. */
export const statusesInWords = (ranges: readonly StatusRange[]): string =>
  ranges
    .map(([from, to]) => (from === to ? String(from) : `${Math.floor(from / 100)}xx`))
    .join(',');
