import { type Automaton, automatonOf } from '../pattern/automaton.ts';
import { readPattern } from '../pattern/read.ts';
import { anything, type Range, type Syntax, sequence } from '../pattern/syntax.ts';
import type { Variable } from './literal.ts';

const octets = (...ranges: readonly Range[]): Syntax => ({ type: 'octets', ranges });
const many = (part: Syntax, least: number = 0): Syntax => ({
  type: 'repeat',
  part,
  least,
  most: Number.POSITIVE_INFINITY,
});
const choice = (...parts: readonly Syntax[]): Syntax => ({ type: 'choice', parts });

/** Texts of `inner` that neither begin nor end with what is not of `outer`; also the empty one. */
const trimmed = (outer: Syntax, inner: Syntax): Syntax =>
  choice(sequence(), outer, sequence(outer, many(inner), outer));

const visible: readonly Range[] = [
  [0x21, 0x7e],
  [0x80, 0xff],
];
// RFC 9110 5.5: no control characters, no blanks at the ends.
const headerValue = trimmed(octets(...visible), octets([0x09, 0x09], [0x20, 0x20], ...visible));

const cookieVisible: readonly Range[] = [
  [0x21, 0x3a],
  [0x3c, 0x7e],
  [0x80, 0xff],
];
const cookieValue = trimmed(
  octets(...cookieVisible),
  octets([0x09, 0x09], [0x20, 0x20], ...cookieVisible),
);

// RFC 9112 3.2: visible octets up to "?"; rarely "*" alone, or nothing for a CONNECT.
const path = sequence(octets([0x2f, 0x2f]), many(octets([0x21, 0x3e], [0x40, 0x7e])));
const rarePath = choice(sequence(), octets([0x2a, 0x2a]));

// RFC 9110 5.6.2.
const method = many(
  octets(
    [0x21, 0x21],
    [0x23, 0x27],
    [0x2a, 0x2b],
    [0x2d, 0x2e],
    [0x30, 0x39],
    [0x41, 0x5a],
    [0x5e, 0x7a],
    [0x7c, 0x7c],
    [0x7e, 0x7e],
  ),
  1,
);

// RFC 3986 3.2.2, brackets and the port with it: no other octet passes in a Host.
const host = many(readPattern("[A-Za-z0-9._~!$&'()*+;=%:[\\]-]"));

const domains: Readonly<Record<Variable['kind'], readonly Syntax[]>> = {
  header: [headerValue],
  cookie: [cookieValue],
  path: [path, rarePath],
  method: [method],
  // Their percent signs are decoded, so that they may hold any octet.
  baggage: [anything],
  query: [anything],
};

const made = new Map<string, readonly Automaton[]>();

/**
 * All values that a variable can have in a request that an agent lets through, the usual ones
 * before the rare ones.
 */
export const domainsOf = ({ kind, name }: Variable): readonly Automaton[] => {
  const isHost = kind === 'header' && name === 'host';
  const key = isHost ? 'host' : kind;
  const syntaxes = isHost ? [host] : domains[kind];
  const automata = made.get(key) ?? syntaxes.map((syntax) => automatonOf(syntax));
  made.set(key, automata);
  return automata;
};
