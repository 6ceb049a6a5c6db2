import type { Predicate } from '../../match.ts';
import { octetsOf } from '../octets.ts';
import { normalize, without } from '../pattern/ranges.ts';
import { readPattern } from '../pattern/read.ts';
import {
  anything,
  literal,
  mapRanges,
  type Range,
  type Syntax,
  sequence,
} from '../pattern/syntax.ts';
import { type Parts, partsOf } from '../predicate.ts';

/** What of a request can be chosen freely: everything else that rules look at follows from these. */
export type Variable = {
  readonly kind: 'header' | 'baggage' | 'cookie' | 'query' | 'path' | 'method';
  readonly name: string;
};

/** A demand on one variable: that it is there, or that its value is of a language. */
export type Demand = {
  readonly variable: Variable;
  /** Undefined when any value will do. */
  readonly value:
    | undefined
    | {
        readonly syntax: () => Syntax;
        /** The only value as octets, when there is only one. */
        readonly only: string | undefined;
      };
};

/** A demand that must hold, or must not. */
export type Literal = Demand & { readonly holds: boolean };

export const variableText = ({ kind, name }: Variable): string => `${kind} ${name}`;

/** The demands that together are a predicate. Throws `PatternFault`. */
export const demandsOf = (predicate: Predicate): readonly Demand[] => {
  const parts = partsOf(predicate);
  const { kind, name } = parts;
  if (kind === 'host') return [hostDemand(parts)];
  if (kind === 'grpc.service' || kind === 'grpc.method') {
    const gate: readonly Demand[] = [
      { variable: contentType, value: languageOf(grpcTypes) },
      { variable: path, value: languageOf(callShape) },
    ];
    return parts.operator === 'present' ? gate : [...gate, callDemand(parts)];
  }
  const variable: Variable = { kind, name };
  return [{ variable, value: parts.operator === 'present' ? undefined : valueOfParts(parts) }];
};

const contentType: Variable = { kind: 'header', name: 'content-type' };
const host: Variable = { kind: 'header', name: 'host' };
const path: Variable = { kind: 'path', name: '' };
const slash = 0x2f;

const grpcTypes: Syntax = sequence(readPattern('application/grpc', true), {
  type: 'choice',
  parts: [
    sequence(),
    sequence(
      {
        type: 'octets',
        ranges: [
          [0x2b, 0x2b],
          [0x3b, 0x3b],
        ],
      },
      anything,
    ),
  ],
});

const callShape: Syntax = readPattern('/.+/[^/]+');
const optionalPort: Syntax = readPattern('(?::[0-9]*)?');

const valueOfParts = (parts: Parts): Demand['value'] => ({
  syntax: () => syntaxOf(parts),
  only: parts.operator === 'equals' ? octetsOf(parts.value) : undefined,
});

const languageOf = (syntax: Syntax): Demand['value'] => ({
  syntax: () => syntax,
  only: undefined,
});

const hostDemand = (parts: Parts): Demand => {
  if (parts.operator === 'present') return { variable: host, value: undefined };
  return { variable: host, value: languageOf(sequence(hostSyntax(parts), optionalPort)) };
};

const hostSyntax = (parts: Parts): Syntax =>
  parts.operator === 'matches'
    ? readPattern(parts.value, true)
    : mapRanges(syntaxOf(parts), bothCases);

const bothCases = (ranges: readonly Range[]): readonly Range[] =>
  normalize(
    ranges.flatMap(([first, last]): readonly Range[] => {
      const isLetter = first === last && /[A-Za-z]/.test(String.fromCharCode(first));
      return isLetter
        ? [
            [first & ~0x20, first & ~0x20],
            [first | 0x20, first | 0x20],
          ]
        : [[first, last]];
    }),
  );

// `/SERVICE/METHOD`: the last slash parts them, so no method has one and a service may.
const callDemand = (parts: Parts): Demand => {
  const slashed = literal('/');
  const wanted = syntaxOf(parts);
  const syntax =
    parts.kind === 'grpc.service'
      ? sequence(slashed, wanted, slashed, noSlash(anything))
      : sequence(slashed, anything, slashed, noSlash(wanted));
  return { variable: path, value: languageOf(syntax) };
};

const noSlash = (syntax: Syntax): Syntax => mapRanges(syntax, (ranges) => without(ranges, slash));

const syntaxOf = ({ operator, value }: Parts): Syntax => {
  switch (operator) {
    case 'equals':
      return literal(octetsOf(value));
    case 'prefix':
      return sequence(literal(octetsOf(value)), anything);
    case 'suffix':
      return sequence(anything, literal(octetsOf(value)));
    case 'contains':
      return sequence(anything, literal(octetsOf(value)), anything);
    case 'matches':
      return readPattern(value);
    default:
      return anything;
  }
};
