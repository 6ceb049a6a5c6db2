import * as v from 'valibot';
import { nameCharactersMax } from '../../protocol/limits.ts';
import { interceptsMax, itemsMax, textCharactersMax } from './limits.ts';

/** Which requests an intercept takes, by the names of the flags of `byway intercept`. */
export type ProjectMatch = {
  readonly 'http-header'?: string | string[];
  readonly 'http-path-equal'?: string;
  readonly 'http-path-prefix'?: string;
  readonly 'http-path-regex'?: string;
  readonly 'http-method'?: string;
  readonly 'http-query'?: string | string[];
  readonly baggage?: string | string[];
  readonly expression?: string;
};

export type ProjectIntercept = {
  readonly service?: string;
  readonly port?: number | string;
  readonly match?: string | ProjectMatch;
  readonly for?: string;
  readonly command?: string | string[];
  readonly 'local-timeout'?: string;
  readonly 'when-slow'?: string;
  readonly 'when-down'?: string;
  readonly 'max-in-flight'?: number;
  readonly 'max-rps'?: number;
};

/** The content of `byway.yaml`. */
export type ProjectContent = {
  readonly manager?: string;
  readonly namespace?: string;
  readonly intercepts?: Record<string, ProjectIntercept>;
};

const described = <T>(
  schema: v.GenericSchema<unknown, T>,
  description: string,
): v.GenericSchema<unknown, T> => v.pipe(schema, v.description(description));

const text: v.GenericSchema<unknown, string> = v.pipe(
  v.string('A text belongs here.'),
  v.nonEmpty('It is empty.'),
  v.maxLength(textCharactersMax, `It is longer than ${textCharactersMax} characters.`),
);
const name: v.GenericSchema<string, string> = v.pipe(
  v.string('A name belongs here.'),
  v.maxLength(nameCharactersMax, `A name has at most ${nameCharactersMax} characters.`),
  v.regex(
    /^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/,
    'A name has only letters, digits, dots, dashes and underscores.',
  ),
);
const list: v.GenericSchema<unknown, string[]> = v.pipe(
  v.array(text, 'A list of texts belongs here.'),
  v.maxLength(itemsMax, `There are more than ${itemsMax} items.`),
);
const oneOrMore = v.union([text, list], 'A text or a list of texts belongs here.');
const number: v.GenericSchema<unknown, number> = v.pipe(
  v.number('A number belongs here.'),
  v.integer('A whole number belongs here.'),
  v.minValue(1, 'A number from 1 belongs here.'),
);

const matchSchema: v.GenericSchema<unknown, ProjectMatch> = v.strictObject({
  'http-header': v.exactOptional(
    described(oneOrMore, 'NAME=VALUE, "NAME: VALUE", NAME~REGEX or NAME; auto is your key'),
  ),
  'http-path-equal': v.exactOptional(described(text, 'only requests with exactly that path')),
  'http-path-prefix': v.exactOptional(described(text, 'only requests whose path starts like that')),
  'http-path-regex': v.exactOptional(described(text, 'only requests whose whole path matches')),
  'http-method': v.exactOptional(described(text, 'only requests with that method')),
  'http-query': v.exactOptional(described(oneOrMore, 'NAME=VALUE or NAME of a query parameter')),
  baggage: v.exactOptional(described(oneOrMore, 'NAME=VALUE or NAME of a baggage member')),
  expression: v.exactOptional(described(text, 'a rule, as docs/matching.md describes')),
});

const interceptSchema: v.GenericSchema<unknown, ProjectIntercept> = v.strictObject(
  {
    service: v.exactOptional(
      described(text, 'service or workload, or kind/name; its name above when it is left out'),
    ),
    port: v.exactOptional(
      described(
        v.union([number, text], 'A port belongs here, or LOCAL:REMOTE.'),
        'port on this machine, or LOCAL:REMOTE with the port of the service',
      ),
    ),
    match: v.exactOptional(
      described(
        v.union([text, matchSchema], 'An expression belongs here, or the flags of a match.'),
        'which requests: an expression, or the flags; your key when it is left out',
      ),
    ),
    for: v.exactOptional(described(text, 'end by itself after that long: 90s, 45m, 8h')),
    command: v.exactOptional(
      described(
        v.union([text, list], 'A command belongs here: words, or a list of them.'),
        'your program, started by `byway up` in the folder of this file; gets PORT',
      ),
    ),
    'local-timeout': v.exactOptional(described(text, 'when your app does not answer in time')),
    'when-slow': v.exactOptional(described(text, 'pod, 504 or wait')),
    'when-down': v.exactOptional(described(text, 'pod or error')),
    'max-in-flight': v.exactOptional(described(number, 'requests to you at once')),
    'max-rps': v.exactOptional(described(number, 'requests to you a second')),
  },
  'What an intercept is made of belongs here, such as port: 3000.',
);

/** What `byway.yaml` may hold. Keys that are not named here are refused. */
export const projectSchema: v.GenericSchema<unknown, ProjectContent> = v.strictObject(
  {
    manager: v.exactOptional(
      described(text, 'manager to ask, when neither --manager nor BYWAY_MANAGER names one'),
    ),
    namespace: v.exactOptional(
      described(name, 'namespace of the services, when BYWAY_NAMESPACE names none'),
    ),
    intercepts: v.exactOptional(
      described(
        v.pipe(
          v.record(name, interceptSchema, 'Intercepts by their names belong here.'),
          v.maxEntries(interceptsMax, `There are more than ${interceptsMax} intercepts.`),
        ),
        'what `byway up` starts, by name',
      ),
    ),
  },
  'Keys such as intercepts belong here.',
);

/** Keys that may stand at a place, for whoever mistyped one. */
export const keysAt = (path: readonly (string | number)[]): readonly string[] => {
  if (path.length === 0) return keysOf(projectSchema);
  return keysOf(path.length === 2 ? interceptSchema : matchSchema);
};

const keysOf = (schema: v.GenericSchema<unknown, unknown>): readonly string[] =>
  'entries' in schema && typeof schema.entries === 'object' && schema.entries !== null
    ? Object.keys(schema.entries)
    : [];
