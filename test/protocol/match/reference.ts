// A second reading of docs/matching.md, slow and plain, that shares no code with the first one.
import type { Condition } from '../../../src/protocol/match.ts';
import type { RawRequest } from './arbitrary.ts';

export const referenceMatches = (conditions: readonly Condition[], request: RawRequest): boolean =>
  conditions.every((condition) => holds(condition, request));

const holds = (condition: Condition, request: RawRequest): boolean => {
  if ('all' in condition) return condition.all.every((one) => holds(one, request));
  if ('any' in condition) return condition.any.some((one) => holds(one, request));
  if ('not' in condition) return !holds(condition.not, request);
  const found = valueIn(condition, request);
  if (found === undefined) return false;
  const ignoreCase = 'on' in condition && condition.on === 'host';
  const wanted = (text: string): Buffer =>
    Buffer.from((ignoreCase ? small(text) : text) ?? '', 'utf8');
  const octets = Buffer.from(found, 'latin1');
  if ('present' in condition) return true;
  if ('equals' in condition) return octets.equals(wanted(condition.equals));
  if ('prefix' in condition) {
    const prefix = wanted(condition.prefix);
    return octets.subarray(0, prefix.length).equals(prefix);
  }
  if ('suffix' in condition) {
    const suffix = wanted(condition.suffix);
    return (
      octets.length >= suffix.length &&
      octets.subarray(octets.length - suffix.length).equals(suffix)
    );
  }
  if ('contains' in condition) return octets.includes(wanted(condition.contains));
  const pattern = condition.matches.replace('(?i)', '');
  const flags = ignoreCase || pattern !== condition.matches ? 'iu' : 'u';
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(octets);
    return new RegExp(`^(?:${pattern})$`, flags).test(text);
  } catch {
    return false;
  }
};

const valueIn = (condition: Condition, request: RawRequest): string | undefined => {
  if ('header' in condition) return headerOf(request, condition.header);
  if ('baggage' in condition) return memberOf(request, condition.baggage);
  if ('cookie' in condition) return cookieOf(request, condition.cookie);
  const isAuthority = !/^(?:\/|\*$|http:)/.test(request.target);
  const parts = /^(?:http:\/\/[^/?]*)?([^?]*)(?:\?(.*))?$/.exec(request.target) ?? [];
  const path = isAuthority ? '' : parts[1] || '/';
  if ('query' in condition)
    return isAuthority ? undefined : parameterOf(parts[2] ?? '', condition.query);
  return 'on' in condition ? placeOf(request, path, condition.on) : undefined;
};

const placeOf = (request: RawRequest, path: string, place: string): string | undefined => {
  if (place === 'method') return request.method;
  if (place === 'path') return path;
  if (place === 'host') return small(headerOf(request, 'host'))?.replace(/:\d*$/, '');
  const type = headerOf(request, 'content-type')?.toLowerCase() ?? '';
  if (!/^application\/grpc([+;].*)?$/.test(type)) return undefined;
  const call = /^\/(.+)\/([^/]+)$/.exec(path);
  return call?.[place === 'grpc.service' ? 1 : 2];
};

const small = (text: string | undefined): string | undefined =>
  text?.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

const bare = (text: string): string => text.replace(/^[ \t]+|[ \t]+$/g, '');

const memberOf = (request: RawRequest, key: string): string | undefined =>
  (headerOf(request, 'baggage') ?? '')
    .split(',')
    .map((member) => /^[ \t]*([!#$%&'*+\-.^_`|~0-9A-Za-z]+)[ \t]*=([^;]*)/.exec(member))
    .filter((member) => member?.[1] === key)
    .map((member) => decoded(bare(member?.[2] ?? '')))[0];

const cookieOf = (request: RawRequest, name: string): string | undefined =>
  (headerOf(request, 'cookie') ?? '')
    .split(';')
    .filter((pair) => pair.includes('='))
    .map((pair) => [
      bare(pair.slice(0, pair.indexOf('='))),
      bare(pair.slice(pair.indexOf('=') + 1)),
    ])
    .find(([one]) => one === name)?.[1];

const parameterOf = (query: string, name: string): string | undefined =>
  query
    .split('&')
    .filter((pair) => pair !== '' && !pair.replace(/%[0-9a-f]{2}/gi, '').includes('%'))
    .map((pair) => [pair.split('=')[0] ?? '', pair.split('=').slice(1).join('=')])
    .map((pair) => pair.map((text) => decoded(text.replace(/\+/g, ' '))))
    .find(([one]) => one === Buffer.from(name, 'utf8').toString('latin1'))?.[1];

const headerOf = ({ lines }: RawRequest, name: string): string | undefined => {
  const values = lines.filter(([one]) => one.toLowerCase() === name.toLowerCase());
  const joined = values.map(([, text]) => text).join(name === 'cookie' ? '; ' : ', ');
  return values.length === 0 ? undefined : joined;
};

const decoded = (text: string): string => {
  let octets = '';
  for (let at = 0; at < text.length; at++) {
    const digits = text.slice(at + 1, at + 3);
    if (text[at] === '%' && /^[0-9a-f]{2}$/i.test(digits)) {
      octets += String.fromCharCode(Number(`0x${digits}`));
      at += 2;
    } else octets += text[at];
  }
  return octets;
};
