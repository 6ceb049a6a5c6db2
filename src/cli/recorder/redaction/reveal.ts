import { UserError } from '../../../base/errors.ts';
import { isAt, type JsonRule, readJsonRule } from './json-rule.ts';
import type { JsonPath } from './json-text.ts';

/** What someone asked to see on purpose. */
export type Reveal = {
  readonly all: boolean;
  readonly key: boolean;
  readonly header: (name: string) => boolean;
  readonly cookie: (name: string) => boolean;
  readonly query: (name: string) => boolean;
  readonly json: (path: JsonPath) => boolean;
};

/** Things to reveal at once. */
const revealMax = 50;

/** Reads `header:NAME`, `cookie:NAME`, `query:NAME`, `json:PATH`, `key` and `all`. Throws `usage`. */
export const readReveal = (items: readonly string[]): Reveal => {
  if (items.length > revealMax) throw unknown(`more than ${revealMax}`);
  const named = (kind: string): ReadonlySet<string> =>
    new Set(
      items.flatMap((item) => argumentOf(item, kind) ?? []).map((name) => name.toLowerCase()),
    );
  for (const item of items) {
    if (!/^(key|all|(header|cookie|query|json):.+)$/s.test(item)) throw unknown(item);
  }
  const [headers, cookies, queries] = ['header', 'cookie', 'query'].map(named);
  const places: readonly JsonRule[] = items
    .flatMap((item) => argumentOf(item, 'json') ?? [])
    .map(readJsonRule);
  return {
    all: items.includes('all'),
    key: items.includes('key'),
    header: (name) => headers?.has(name.toLowerCase()) === true,
    cookie: (name) => cookies?.has(name.toLowerCase()) === true,
    query: (name) => queries?.has(name.toLowerCase()) === true,
    json: (path) => places.some((place) => isAt(place, path)),
  };
};

const argumentOf = (item: string, kind: string): string | undefined =>
  item.startsWith(`${kind}:`) ? item.slice(kind.length + 1) : undefined;

const unknown = (item: string): UserError =>
  new UserError(`"${item.slice(0, 80)}" is nothing that can be revealed.`, {
    kind: 'usage',
    hint: '--reveal header:authorization | cookie:NAME | query:NAME | json:$.path | key | all',
  });

/** What is shown when nobody asks for more. */
export const revealNothing: Reveal = readReveal([]);
