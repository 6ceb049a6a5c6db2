import * as v from 'valibot';

/**
 * The name of one run of a pipeline: 1 to 100 letters, digits, dots, dashes and underscores. No
 * secret; with it its user gets the routing key that belongs to that run only.
 */
export const runSchema: v.GenericSchema<unknown, string> = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/),
);
