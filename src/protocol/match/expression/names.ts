import type { Place } from '../../match.ts';
import type { Operator, SubjectKind } from '../predicate.ts';

type Named = Exclude<SubjectKind, Place>;

/** What takes a name in brackets. */
export const namedSubjects: ReadonlyMap<string, Named> = new Map([
  ['header', 'header'],
  ['baggage', 'baggage'],
  ['cookie', 'cookie'],
  ['query', 'query'],
]);

/** What stands alone. */
export const places: ReadonlyMap<string, Place> = new Map([
  ['path', 'path'],
  ['method', 'method'],
  ['host', 'host'],
  ['grpc.service', 'grpc.service'],
  ['grpc.method', 'grpc.method'],
]);

const methods: readonly (readonly [string, Operator])[] = [
  ['startsWith', 'prefix'],
  ['endsWith', 'suffix'],
  ['contains', 'contains'],
  ['matches', 'matches'],
];

/** What stands behind a dot. */
export const operators: readonly string[] = methods.map(([name]) => name);
export const operatorOf: ReadonlyMap<string, Operator> = new Map(methods);
export const methodOf: ReadonlyMap<Operator, string> = new Map(
  methods.map(([name, operator]) => [operator, name]),
);
