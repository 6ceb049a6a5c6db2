import { type IncomingHttpHeaders, type OutgoingHttpHeaders, sensitiveHeaders } from 'node:http2';
import type { FieldName } from '../../protocol/http1/fields.ts';
import type { RequestFields } from '../../protocol/request-fields.ts';

/** Names and values by turns, as they came. */
export type RawFields = readonly string[];

const host = 'host';
const authority = ':authority';

/** The fields of a request for matching. `:authority` is what HTTP/1 calls `host`. */
export const requestFields = (raw: RawFields): RequestFields => ({
  linesOf: (name) => valuesOf(raw, name).length,
  valueOf: (name) => {
    const values = valuesOf(raw, name);
    return values.length === 0 ? undefined : values.join(', ');
  },
});

const valuesOf = (raw: RawFields, { text }: FieldName): readonly string[] => {
  if (text !== host) return valuesNamed(raw, text);
  const values = valuesNamed(raw, authority);
  return values.length === 0 ? valuesNamed(raw, host) : values;
};

const none: readonly string[] = [];

const valuesNamed = (raw: RawFields, name: string): readonly string[] => {
  let values: string[] | undefined;
  for (let at = 0; at < raw.length; at += 2) {
    if (raw[at] !== name) continue;
    values ??= [];
    values.push(raw[at + 1] as string);
  }
  return values ?? none;
};

/**
 * The fields as Node sends them: values unchanged and in their order within a name, and what must
 * not be indexed marked so again. Lines of a name that Node wants only once are joined with ", "
 * (RFC 9110 5.3).
 */
export const outgoing = (
  raw: RawFields,
  received: IncomingHttpHeaders = {},
): OutgoingHttpHeaders => {
  const headers: Record<string, string | string[]> = Object.create(null);
  for (let at = 0; at < raw.length; at += 2) {
    const name = raw[at] as string;
    const value = raw[at + 1] as string;
    const before = headers[name];
    if (before === undefined) headers[name] = value;
    else if (typeof before !== 'string') before.push(value);
    else headers[name] = onlyOnce.has(name) ? `${before}, ${value}` : [before, value];
  }
  const sensitive: unknown = Reflect.get(received, sensitiveHeaders);
  if (Array.isArray(sensitive) && sensitive.length > 0) {
    Reflect.set(headers, sensitiveHeaders, sensitive);
  }
  return headers;
};

// Node throws when it is to send more than one line of these.
const onlyOnce = new Set(
  [
    'access-control-allow-credentials access-control-max-age access-control-request-method age',
    'authorization content-encoding content-language content-length content-location content-md5',
    'content-range content-type date dnt etag expires from host if-match if-modified-since',
    'if-none-match if-range if-unmodified-since last-modified location max-forwards',
    'proxy-authorization range referer retry-after tk upgrade-insecure-requests user-agent',
    'x-content-type-options',
  ].flatMap((line) => line.split(' ')),
);
