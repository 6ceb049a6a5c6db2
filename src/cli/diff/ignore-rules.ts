import { UserError } from '../../base/errors.ts';
import { type JsonRule, readJsonRule } from '../recorder/redaction/json-rule.ts';

/** Differences that say nothing about whether two answers are the same. */
export type IgnoreRules = {
  readonly header: (name: string) => boolean;
  readonly json: readonly JsonRule[];
};

/** Headers that differ from one answer to the next, or between two servers, whatever they answer. */
export const ignoredHeaders: readonly string[] = [
  ...['date', 'age', 'expires', 'last-modified', 'etag', 'server', 'via', 'x-powered-by'],
  ...['set-cookie', 'connection', 'keep-alive', 'transfer-encoding', 'content-length'],
  ...['content-encoding', 'vary', 'accept-ranges', 'x-request-id', 'x-correlation-id'],
  ...['traceparent', 'tracestate', 'traceresponse', 'server-timing', 'x-trace-id', 'alt-svc'],
  ...['x-response-time', 'x-runtime', 'nel', 'report-to', 'strict-transport-security'],
];

const ignoredPrefixes = ['x-byway-', 'x-b3-', 'x-envoy-', 'x-amzn-trace', 'x-datadog-'];

const itemsMax = 100;

/** Reads `header:NAME` and `json:PATH`, besides what is ignored anyway. Throws `usage`. */
export const readIgnore = (items: readonly string[]): IgnoreRules => {
  if (items.length > itemsMax) throw unknown(`more than ${itemsMax}`);
  const names = new Set(ignoredHeaders);
  const json: JsonRule[] = [];
  for (const item of items) {
    const [, kind, what = ''] = /^(header|json):(.+)$/s.exec(item) ?? [];
    if (kind === 'header') names.add(what.toLowerCase());
    else if (kind === 'json') json.push(readJsonRule(what));
    else throw unknown(item);
  }
  const prefixed = (name: string): boolean =>
    ignoredPrefixes.some((prefix) => name.startsWith(prefix));
  return { header: (name) => names.has(name) || prefixed(name), json };
};

const unknown = (item: string): UserError =>
  new UserError(`"${item.slice(0, 80)}" is nothing that can be ignored.`, {
    kind: 'usage',
    hint: '--ignore header:NAME   --ignore json:$.path',
  });
