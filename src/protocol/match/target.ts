import { percentDecoded } from './octets.ts';

/** The parts of a request target (RFC 9112 3.2) as they were sent: nothing is decoded. */
export type TargetParts = {
  /** Before "?": empty for a CONNECT, "*" for the asterisk form. */
  readonly path: string;
  /** After "?"; undefined without one. */
  readonly query: string | undefined;
};

export const targetParts = (target: string): TargetParts => {
  const begin = pathStart(target);
  if (begin === -1) return { path: '', query: undefined };
  const mark = target.indexOf('?', begin);
  const path = target.slice(begin, mark === -1 ? undefined : mark);
  return {
    path: path === '' ? '/' : path,
    query: mark === -1 ? undefined : target.slice(mark + 1),
  };
};

// An absolute form without a path means "/"; an authority alone has no path at all: -1.
const pathStart = (target: string): number => {
  if (target.startsWith('/') || target === '*') return 0;
  const authority = target.indexOf('://');
  if (authority === -1) return -1;
  const end = target.slice(authority + 3).search(/[/?]/);
  return end === -1 ? target.length : authority + 3 + end;
};

/**
 * The value of the first query parameter with that name as octets: "+" is a space and percent
 * signs are decoded, as in forms. A pair with a broken percent sign is not there.
 */
export const queryParameter = (query: string, name: string): string | undefined => {
  // Only an encoded name can be there in other letters.
  if (!query.includes(name) && !query.includes('%') && !query.includes('+')) return undefined;
  let begin = 0;
  while (begin <= query.length) {
    const next = query.indexOf('&', begin);
    const end = next === -1 ? query.length : next;
    const pair = query.slice(begin, end);
    begin = end + 1;
    const equals = pair.indexOf('=');
    const written = equals === -1 ? pair : pair.slice(0, equals);
    if (pair === '' || isBroken(pair) || formDecoded(written) !== name) continue;
    return equals === -1 ? '' : formDecoded(pair.slice(equals + 1));
  }
  return undefined;
};

const isBroken = (text: string): boolean => text.includes('%') && /%(?![0-9A-Fa-f]{2})/.test(text);

const formDecoded = (text: string): string =>
  percentDecoded(text.includes('+') ? text.replaceAll('+', ' ') : text);
