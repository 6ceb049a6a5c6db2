import { isAt, type JsonRule } from '../recorder/redaction/json-rule.ts';
import { type JsonPath, readJson, unquoted } from '../recorder/redaction/json-text.ts';

export type JsonDifference = {
  /** `$.items[2].price`. */
  readonly path: string;
  /** As written; null where it is missing. */
  readonly local: string | null;
  readonly cluster: string | null;
};

/**
 * Differences of two JSON texts by structure: the order of members says nothing, that of elements does.
 * Undefined when one of them is no whole JSON text.
 */
export const compareJson = (
  local: string,
  cluster: string,
  ignored: readonly JsonRule[],
): readonly JsonDifference[] | undefined => {
  const [left, right] = [leavesOf(local, ignored), leavesOf(cluster, ignored)];
  if (left === undefined || right === undefined) return undefined;
  const paths = new Set([...left.keys(), ...right.keys()]);
  return [...paths].flatMap((path) => {
    const [a, b] = [left.get(path), right.get(path)];
    return a?.value === b?.value
      ? []
      : [{ path, local: a?.written ?? null, cluster: b?.written ?? null }];
  });
};

type Leaf = { readonly written: string; readonly value: string };

const leavesOf = (
  text: string,
  ignored: readonly JsonRule[],
): ReadonlyMap<string, Leaf> | undefined => {
  const { values, end, full } = readJson(text);
  if (full || values.length === 0 || text.slice(end).trim() !== '' || !isWhole(text))
    return undefined;
  const leaves = new Map<string, Leaf>();
  for (const { path, start, end: stop } of values) {
    const written = text.slice(start, stop);
    const isOuter = /^[[{]/.test(written) && !/^(\{\s*\}|\[\s*\])$/.test(written);
    if (isOuter || ignored.some((rule) => isAt(rule, path))) continue;
    leaves.set(inWords(path), { written, value: canonical(written) });
  }
  return leaves;
};

const isWhole = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

/** The same for `1.0` and `1e0`, and for a string however it is escaped. */
const canonical = (written: string): string => {
  if (written.startsWith('"')) return JSON.stringify(unquoted(written));
  const number = Number(written);
  const exact = /^-?\d{1,15}(\.\d{1,15})?([eE][+-]?\d{1,3})?$/.test(written);
  return exact && Number.isFinite(number) ? String(number) : written.replaceAll(/\s/g, '');
};

const inWords = (path: JsonPath): string =>
  path.reduce<string>((text, segment) => {
    if (typeof segment === 'number') return `${text}[${segment}]`;
    return /^[\w$-]+$/.test(segment) ? `${text}.${segment}` : `${text}[${JSON.stringify(segment)}]`;
  }, '$');
