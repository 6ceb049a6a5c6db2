import { type FieldName, fieldName } from '../../protocol/http1/fields.ts';
import { hasTraceOfKey } from '../../protocol/match/near-miss/trace.ts';
import { partsOf, predicatesIn } from '../../protocol/match/predicate.ts';
import type { RequestFields } from '../../protocol/match/request-fields.ts';
import type { AppliedRule, PortRules } from '../rule-table.ts';

/** Whether a request has anything to do with the rules of a port, found out cheaply. */
export type TraceTest = (fields: RequestFields) => boolean;

/** General rules whose names are looked for; for more of them every request is worth a look. */
const rulesMax = 64;

const lists = { baggage: ['baggage', 'tracestate'], cookie: ['cookie'] } as const;

/** What to look for, made anew whenever the rules of a port change. */
export const traceTestOf = ({ personal, general }: PortRules): TraceTest => {
  const isWorthIt = general.length > rulesMax ? () => true : generalTest(general);
  if (personal.size === 0) return isWorthIt;
  return (fields) => hasTraceOfKey(fields) || isWorthIt(fields);
};

const generalTest = (general: readonly AppliedRule[]): TraceTest => {
  const tests = new Map<string, TraceTest>();
  for (const { rule } of general) {
    const found = predicatesIn({ all: rule.match.all ?? [] }).flatMap((predicate) => {
      const { kind, name } = partsOf(predicate);
      const test = testFor(kind, name);
      return test === undefined ? [] : [[`${kind} ${name}`, test] as const];
    });
    // A rule on the path alone has nothing that a client puts in on purpose.
    if (found.length === 0) return () => true;
    for (const [name, test] of found) tests.set(name, test);
  }
  const all = [...tests.values()];
  return (fields) => all.some((test) => test(fields));
};

const testFor = (kind: string, name: string): TraceTest | undefined => {
  if (kind === 'header') {
    const field = fieldName(name);
    return (fields) => fields.linesOf(field) > 0;
  }
  const word = name.toLowerCase();
  if (kind === 'query') return (fields) => fields.target.toLowerCase().includes(word);
  if (kind !== 'baggage' && kind !== 'cookie') return undefined;
  const fieldNames = lists[kind].map(fieldName);
  return (fields) => fieldNames.some((field) => mentions(fields, field, word));
};

const mentions = (fields: RequestFields, field: FieldName, word: string): boolean =>
  fields.linesOf(field) > 0 && (fields.valueOf(field) ?? '').toLowerCase().includes(word);
