import { type Automaton, accepts, automatonOf } from '../pattern/automaton.ts';
import { PatternFault } from '../pattern/fault.ts';
import { domainsOf } from './domain.ts';
import { type Literal, type Variable, variableText } from './literal.ts';
import { type Part, shortestText, type Work } from './product.ts';

/** One variable of a request and its value as octets. */
export type Assignment = readonly (readonly [Variable, string])[];

/** Values that meet all demands; `none` when there are none; `unknown` when that is too large. */
export type Solution = Assignment | 'none' | 'unknown';

// Enough for values as long as a rule may have; far from what would hold up the manager.
const limits = { states: 10_000, steps: 1_000_000 };

/** Demands on different variables never meet, so each variable is decided alone. */
export const solve = (literals: readonly Literal[], work: Work): Solution => {
  const groups = new Map<string, Literal[]>();
  for (const literal of literals) {
    const key = variableText(literal.variable);
    groups.set(key, [...(groups.get(key) ?? []), literal]);
  }
  const assignment: [Variable, string][] = [];
  let isUnknown = false;
  for (const group of groups.values()) {
    const value = valueFor(group, work);
    if (value === 'none') return 'none';
    if (value === 'unknown') isUnknown = true;
    else if (value !== 'absent') assignment.push([(group[0] as Literal).variable, value.octets]);
  }
  return isUnknown ? 'unknown' : assignment;
};

type Found = { readonly octets: string } | 'absent' | 'none' | 'unknown';

const valueFor = (group: readonly Literal[], work: Work): Found => {
  const isForbidden = group.some(({ holds, value }) => !holds && value === undefined);
  const isDemanded = group.some(({ holds }) => holds);
  const { kind } = (group[0] as Literal).variable;
  const isAlwaysThere = kind === 'path' || kind === 'method';
  if (!isDemanded && !isAlwaysThere) return 'absent';
  if (isForbidden) return 'none';
  try {
    return presentValue(group, work);
  } catch (error) {
    if (error instanceof PatternFault) return 'unknown';
    throw error;
  }
};

const presentValue = (group: readonly Literal[], work: Work): Found => {
  let isUnknown = false;
  for (const automaton of domainsOf((group[0] as Literal).variable)) {
    const found = valueWithin({ automaton, holds: true }, group, work);
    if (found === 'unknown') isUnknown = true;
    else if (found !== 'none') return found;
  }
  return isUnknown ? 'unknown' : 'none';
};

const valueWithin = (domain: Part, group: readonly Literal[], work: Work): Found => {
  const only = group.find(({ holds, value }) => holds && value?.only !== undefined)?.value?.only;
  if (only !== undefined) {
    const fits = accepts(domain.automaton, only) && group.every((literal) => takes(literal, only));
    return fits ? { octets: only } : 'none';
  }
  const parts = group.flatMap(({ holds, value }): readonly Part[] =>
    value === undefined ? [] : [{ automaton: automatonFor(value), holds }],
  );
  const text = shortestText([domain, ...parts], work);
  return text === 'none' || text === 'unknown' ? text : { octets: text.octets };
};

const takes = ({ holds, value }: Literal, octets: string): boolean => {
  if (value === undefined) return holds;
  const isOne =
    value.only === undefined ? accepts(automatonFor(value), octets) : value.only === octets;
  return isOne === holds;
};

type Value = NonNullable<Literal['value']>;

const automata = new WeakMap<Value, Automaton>();

const automatonFor = (value: Value): Automaton => {
  const automaton = automata.get(value) ?? automatonOf(value.syntax(), limits);
  automata.set(value, automaton);
  return automaton;
};
