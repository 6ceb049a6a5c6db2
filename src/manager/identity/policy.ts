import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import { messageOf, UserError } from '../../base/errors.ts';
import type { Workload } from '../../protocol/workload.ts';
import { policyBytesMax, policyGrantsMax } from '../limits.ts';

/**
 * What needs a right beside one's own token: rules without a filter, rules that take requests with
 * other users' keys, and ending somebody else's intercept by taking its place.
 */
export type Right = 'unfiltered' | 'otherKeys' | 'takeOver';

/** To whom a right is given, and on which workloads; `*` is all. */
export type Grant = { readonly users: readonly string[]; readonly workloads: readonly string[] };

/** For each right those who have it. */
export type Policy = { readonly [right in Right]: readonly Grant[] };

const everybody: readonly Grant[] = [{ users: ['*'], workloads: ['*'] }];

/** Without a file: nobody takes everybody's requests, and everybody may take over. */
export const usualPolicy: Policy = { unfiltered: [], otherKeys: [], takeOver: everybody };

const names = v.pipe(v.array(v.string()), v.minLength(1));
const grants = v.pipe(
  v.array(v.strictObject({ users: names, workloads: v.optional(names, ['*']) })),
  v.maxLength(policyGrantsMax),
);

const policySchema: v.GenericSchema<unknown, Policy> = v.strictObject({
  unfiltered: v.optional(grants, [...usualPolicy.unfiltered]),
  otherKeys: v.optional(grants, [...usualPolicy.otherKeys]),
  takeOver: v.optional(grants, [{ users: ['*'], workloads: ['*'] }]),
});

/** Whether a user has a right on a workload, named as `NAME` or `KIND/NAME`. */
export const mayBy = (
  policy: Policy,
  right: Right,
  user: string,
  { kind, name }: Pick<Workload, 'kind' | 'name'>,
): boolean =>
  policy[right].some(
    ({ users, workloads }) =>
      includes(users, user) && (includes(workloads, name) || workloads.includes(`${kind}/${name}`)),
  );

const includes = (list: readonly string[], name: string): boolean =>
  list.includes('*') || list.includes(name);

/** Reads `--policy FILE`. Throws a `UserError` that names what is wrong in it. */
export const readPolicy = async (path: string): Promise<Policy> => {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw unusable(path, messageOf(error), error);
  }
  if (text.length > policyBytesMax) throw unusable(path, `larger than ${policyBytesMax} bytes`);
  const policy = v.safeParse(v.pipe(v.string(), v.parseJson(), policySchema), text);
  if (policy.success) return policy.output;
  const [issue] = policy.issues;
  throw unusable(path, `${v.getDotPath(issue) ?? 'the file'}: ${issue.message}`);
};

const unusable = (path: string, why: string, cause?: unknown): UserError =>
  new UserError(`--policy ${path} can't be used: ${why}. The manager does not start.`, {
    kind: 'usage',
    cause,
    hint: '{"unfiltered": [{"users": ["ops"], "workloads": ["checkout"]}], "otherKeys": [], "takeOver": [{"users": ["*"]}]}',
  });
