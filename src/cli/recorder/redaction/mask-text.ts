import { isAt } from './json-rule.ts';
import { type JsonPath, type JsonValue, readJson, unquoted } from './json-text.ts';
import { isSecretName, isSecretParameter } from './names.ts';
import type { Reveal } from './reveal.ts';
import type { RedactionRules } from './rules.ts';
import type { Secrets } from './secrets.ts';

/** What one exchange is masked with. */
export type Masking = {
  readonly rules: RedactionRules;
  readonly reveal: Reveal;
  readonly secrets: Secrets;
};

/** Masks the parameters of a request's target. */
export const maskTarget = (masking: Masking, target: string): string => {
  const question = target.indexOf('?');
  if (question === -1) return maskLoose(masking, target);
  const pairs = target.slice(question + 1).split('&');
  const masked = pairs.map((pair) => maskParameter(masking, pair));
  return `${maskLoose(masking, target.slice(0, question))}?${masked.join('&')}`;
};

const maskParameter = ({ secrets, reveal }: Masking, pair: string): string => {
  const equals = pair.indexOf('=');
  if (equals === -1 || equals === pair.length - 1) return pair;
  const name = decoded(pair.slice(0, equals));
  const value = pair.slice(equals + 1);
  if (reveal.query(name)) {
    secrets.open(value);
    secrets.open(decoded(value));
    return pair;
  }
  if (!isSecretParameter(name)) return pair;
  return `${pair.slice(0, equals)}=${secrets.mask(value, name, `query:${name}`)}`;
};

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
};

/** Masks a JSON text by place; what is behind a fault in it is masked as any text is. */
export const maskJson = (masking: Masking, text: string): string => {
  const { values, end, full } = readJson(text);
  const parts: string[] = [];
  let at = 0;
  for (const value of values) {
    if (value.start < at) continue;
    const masked = maskValue(masking, value, text.slice(value.start, value.end));
    if (masked === undefined) continue;
    parts.push(text.slice(at, value.start), masked);
    at = value.end;
  }
  parts.push(text.slice(at, Math.max(at, end)));
  const rest = full ? '' : maskLoose(masking, text.slice(Math.max(at, end)));
  return maskTokens(masking, parts.join('')) + rest;
};

const maskValue = (
  { rules, reveal, secrets }: Masking,
  { path }: JsonValue,
  written: string,
): string | undefined => {
  if (/^(null|true|false|""|\{\s*\}|\[\s*\])?$/.test(written)) return undefined;
  if (reveal.json(path)) {
    secrets.open(unquoted(written));
    return undefined;
  }
  const name = nameOf(path);
  if (!isSecretName(name) && !rules.json.some((rule) => isAt(rule, path))) return undefined;
  const value = unquoted(written);
  const masked = secrets.mask(value, name, `json:${inWords(path)}`, written);
  return masked === value ? undefined : JSON.stringify(masked);
};

const nameOf = (path: JsonPath): string =>
  String(path.findLast((segment) => typeof segment === 'string') ?? 'json');

const inWords = (path: JsonPath): string =>
  path.reduce<string>(
    (text, segment) =>
      typeof segment === 'number' ? `${text}[${segment}]` : `${text}.${segment.slice(0, 40)}`,
    '$',
  );

const named = /(\\{0,3}["'])?([A-Za-z0-9_.-]{2,64})\1?[ \t]{0,8}[:=][ \t]{0,8}/g;
// A value that has no end still ends here, so that each octet is looked at once.
const value = /"(?:[^"\\]|\\.){1,8192}"?|'[^']{1,8192}'?|\\{1,3}"[^"\\]{1,8192}|[^\s&;,"'<>\\]+/sy;

/** Masks `name=value`, `name: value` and well-known forms of tokens in any text. */
export const maskLoose = (masking: Masking, text: string): string => {
  const parts: string[] = [];
  let at = 0;
  for (let found = next(text, 0); found !== undefined; found = next(text, found.end)) {
    const { name, end } = found;
    value.lastIndex = end;
    const written = isSecretName(name) ? value.exec(text)?.[0] : undefined;
    if (written === undefined) continue;
    const [, open = '', inner = '', close = ''] =
      /^(\\{0,3}["'])?(.*?)(\1|["'])?$/s.exec(written) ?? [];
    const masked = inner === '' ? '' : masking.secrets.mask(inner, name, `text:${name}`);
    parts.push(text.slice(at, end), open, masked, close);
    at = end + written.length;
    found.end = at;
  }
  return maskTokens(masking, parts.join('') + text.slice(at));
};

const next = (text: string, from: number): { readonly name: string; end: number } | undefined => {
  named.lastIndex = from;
  const found = named.exec(text);
  if (found === null) return undefined;
  return { name: found[2] ?? '', end: found.index + found[0].length };
};

const tokens =
  /\beyJ[\w-]{8,}\.[\w-]{4,}\.[\w-]*|(?<=\b(?:Bearer|Basic) {1,4})[\w.~+/-]{8,}=*|\btk_[a-z2-7]{26}\.[a-z2-7]{52}/g;

const maskTokens = ({ secrets }: Masking, text: string): string =>
  text.replace(tokens, (found) => secrets.mask(found, 'token', 'text:token'));
