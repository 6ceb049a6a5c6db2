import * as v from 'valibot';
import { nameCharactersMax } from './limits.ts';

/** The thing intercepted. In local mode the namespace is `default` and the kind `process`. */
export type Workload = {
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
};

/** A name in a path, a header and a file name: letters, digits, dot, dash, underscore. */
export const nameSchema: v.GenericSchema<unknown, string> = v.pipe(
  v.string(),
  v.maxLength(nameCharactersMax),
  v.regex(/^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/, 'is not a name'),
);

export const workloadSchema: v.GenericSchema<unknown, Workload> = v.object({
  namespace: nameSchema,
  kind: nameSchema,
  name: nameSchema,
});

/** `namespace/kind/name`, the form used as a key and in paths. */
export const workloadPath = ({ namespace, kind, name }: Workload): string =>
  `${namespace}/${kind}/${name}`;
