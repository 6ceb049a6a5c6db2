import { UserError } from '../../base/errors.ts';
import type { GivenRequest } from '../../protocol/explanation.ts';
import { octetsOf } from '../../protocol/match/octets.ts';
import { requestOf } from './request-parts.ts';

/**
 * `METHOD URL` or `URL`, with headers as `Name: value`. A path alone means no host. Throws a usage
 * error.
 */
export const plainRequest = (words: readonly string[], lines: readonly string[]): GivenRequest => {
  const [first = '', second, ...others] = words;
  if (others.length > 0) {
    throw usage(`METHOD URL, and nothing behind it: "${others[0]}".`, usual);
  }
  const method = second === undefined ? 'GET' : first;
  const url = second ?? first;
  const headers = lines.map(headerOf);
  if (!url.startsWith('/')) return requestOf({ method, url, headers });
  return { method, target: url, headers: headers.map(([name, value]) => [name, octetsOf(value)]) };
};

const headerOf = (line: string): readonly [name: string, value: string] => {
  const colon = line.indexOf(':');
  if (colon < 1) throw usage(`-H '${line.slice(0, 80)}' is no header: it has no colon.`, usual);
  return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
};

const usual = "byway explain GET http://HOST/PATH -H 'Name: value'";

const usage = (message: string, hint: string): UserError =>
  new UserError(message, { kind: 'usage', hint });
