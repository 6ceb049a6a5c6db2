import * as v from 'valibot';
import { probeLegsSchema } from '../../protocol/reports.ts';

export const text: v.GenericSchema = v.string();
export const textOrNull: v.GenericSchema = v.nullable(v.string());
/** RFC 3339. */
export const time: v.GenericSchema = v.pipe(v.string(), v.isoTimestamp());
export const count: v.GenericSchema = v.pipe(v.number(), v.integer(), v.minValue(0));
export const milliseconds: v.GenericSchema = v.pipe(v.number(), v.minValue(0));
export const portNumber: v.GenericSchema = v.pipe(
  v.number(),
  v.integer(),
  v.minValue(1),
  v.maxValue(65_535),
);

/** What this machine knows of an intercept that it serves. */
export const localEntries: v.ObjectEntries = {
  localPort: v.nullable(portNumber),
  session: v.nullable(
    v.object({
      pid: count,
      answers: v.boolean(),
      background: v.boolean(),
      log: textOrNull,
      tunnel: v.nullable(
        v.object({
          state: v.picklist(['connecting', 'connected', 'late', 'reconnecting']),
          latencyMs: v.nullable(milliseconds),
          attempt: v.nullable(count),
          retryInMs: v.nullable(milliseconds),
        }),
      ),
      legsMs: v.nullable(probeLegsSchema),
      requests: v.nullable(count),
    }),
  ),
};
