import { UserError } from '../../base/errors.ts';
import type { GivenRequest } from '../../protocol/explanation.ts';
import { octetsOf } from '../../protocol/match/octets.ts';

/** A request as people and other programs write it down: texts are Unicode. */
export type RequestParts = {
  readonly method: string;
  /** With or without a scheme. */
  readonly url: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Leaves `..` in the path, which curl and browsers take out. */
  readonly asIs?: boolean;
};

/**
 * The request that a client would send: the URL becomes host and target, and a `Host` that is given
 * wins over the URL's. Throws a usage error for a URL without a host.
 */
export const requestOf = ({ method, url, headers, asIs }: RequestParts): GivenRequest => {
  const { host, target } = partsOfUrl(url, asIs === true);
  const hasHost = headers.some(([name]) => name.toLowerCase() === 'host');
  const all = hasHost ? headers : [['Host', host] as const, ...headers];
  return {
    method,
    target,
    headers: all.map(([name, value]) => [name, octetsOf(value)] as const),
  };
};

/** The parts of a URL that a request has: `host` with its port, unless it is the usual one. */
export const partsOfUrl = (
  url: string,
  asIs: boolean = false,
): { readonly host: string; readonly target: string; readonly user: string | undefined } => {
  const [, scheme = 'http', authority = '', rest = ''] =
    /^(?:([A-Za-z][A-Za-z0-9+.-]*):\/\/)?([^/?#]*)([^#]*)/.exec(url) ?? [];
  const at = authority.lastIndexOf('@');
  const host = authority.slice(at + 1);
  if (!/^(?:\[[0-9A-Fa-f:.]+\]|[^:[\]\s]+)(?::\d{0,5})?$/.test(host)) throw noUrl(url);
  if (!/^(?:https?|wss?)$/i.test(scheme)) {
    throw usage(`${scheme}: is no scheme of HTTP.`, 'http://HOST/PATH or https://HOST/PATH');
  }
  const usual = /^(?:https|wss)$/i.test(scheme) ? /:(?:443)?$/ : /:(?:80)?$/;
  const mark = rest.indexOf('?');
  const path = mark === -1 ? rest : rest.slice(0, mark);
  const straight = asIs ? path : withoutDots(path);
  return {
    host: host.replace(usual, ''),
    target: encoded((straight === '' ? '/' : straight) + (mark === -1 ? '' : rest.slice(mark))),
    user: at === -1 ? undefined : authority.slice(0, at),
  };
};

// RFC 3986 5.2.4, which leaves everything else as it is written.
const withoutDots = (path: string): string => {
  if (!/\/\.\.?(?:\/|$)/.test(path)) return path;
  const kept: string[] = [];
  const segments = path.split('/').slice(1);
  for (const [index, segment] of segments.entries()) {
    const isLast = index === segments.length - 1;
    if (segment === '..') kept.pop();
    else if (segment !== '.') kept.push(segment);
    if (isLast && (segment === '..' || segment === '.')) kept.push('');
  }
  return `/${kept.join('/')}`;
};

// No request line has other octets: clients encode them.
const encoded = (target: string): string =>
  Array.from(Buffer.from(target, 'utf8'), (octet) =>
    octet > 0x20 && octet < 0x7f
      ? String.fromCharCode(octet)
      : `%${octet.toString(16).toUpperCase().padStart(2, '0')}`,
  ).join('');

const noUrl = (url: string): UserError =>
  usage(`"${url.slice(0, 200)}" names no host.`, 'http://HOST/PATH, or HOST/PATH');

const usage = (message: string, hint: string): UserError =>
  new UserError(message, { kind: 'usage', hint });
