import { parseBaggage } from '../../propagation/baggage.ts';
import { keyBaggageMember, keyHeader } from '../../propagation/key.ts';
import { printCondition } from '../../protocol/match/expression/print.ts';
import { compileMatcher } from '../../protocol/match/matcher.ts';
import { isImpossible, takesNearlyAll } from '../../protocol/match/overlap/satisfy.ts';
import { PatternFault } from '../../protocol/match/pattern/fault.ts';
import { type Parts, partsOf, predicatesIn } from '../../protocol/match/predicate.ts';
import { simplify } from '../../protocol/match/simplify.ts';
import type { Condition, Match, Predicate } from '../../protocol/match.ts';
import { ApiProblem } from '../http/api-problem.ts';
import { equalInConstantTime } from '../identity/token-text.ts';

export type Settled = {
  readonly match: Match;
  /** Whether nearly every request meets it, or some alternative only says what must not be there. */
  readonly isUnfiltered: boolean;
};

/**
 * Brings a wanted match to the form that is kept: simplified, header names in lower case, the
 * owner's own key as the personal rule. Throws `refused_by_policy` for a rule on a key that is not the
 * owner's, `bad_request` for one that can never match or has a regular expression that can't be
 * used.
 */
export const settleMatch = (match: Match, ownKey: string): Settled => {
  const wanted = simplify(match.all ?? []);
  const all = wanted.filter((condition) => !isOwnKey(condition, ownKey));
  const hasKey = 'key' in match || all.length < wanted.length;
  for (const predicate of predicatesIn({ all })) {
    refuseCarrier(predicate, ownKey);
    refusePattern(predicate);
  }
  if (isImpossible(all)) throw impossible(all);
  if (!hasKey) return { match: { all }, isUnfiltered: takesNearlyAll(all) };
  const own: Match = all.length === 0 ? { key: 'personal' } : { key: 'personal', all };
  return { match: own, isUnfiltered: false };
};

const isOwnKey = (condition: Condition, ownKey: string): boolean => {
  if ('all' in condition || 'any' in condition || 'not' in condition) return false;
  const parts = partsOf(condition);
  return isKey(parts) && parts.operator === 'equals' && equalInConstantTime(parts.value, ownKey);
};

const isKey = ({ kind, name }: Parts): boolean =>
  (kind === 'header' && name === keyHeader) || (kind === 'baggage' && name === keyBaggageMember);

const refuseCarrier = (predicate: Predicate, ownKey: string): void => {
  const parts = partsOf(predicate);
  if (isKey(parts)) {
    const isOwn = parts.operator === 'equals' && equalInConstantTime(parts.value, ownKey);
    if (isOwn) throw keyInside();
    const carrier = parts.kind === 'header' ? parts.name : `the baggage member ${parts.name}`;
    throw notYours(`${carrier} carries keys, and each belongs to its user`);
  }
  if (parts.kind === 'header' && parts.name === 'baggage') refuseBaggage(parts);
};

// As a text the header also holds the member with the key, wherever it stands.
const refuseBaggage = ({ operator, value }: Parts): void => {
  const hasKey = parseBaggage(value).some(({ key }) => key === keyBaggageMember);
  if (operator === 'equals' && hasKey) {
    throw notYours(
      `the baggage member ${keyBaggageMember} carries keys, and each belongs to its user`,
    );
  }
  if (operator === 'equals' || operator === 'present') return;
  throw new ApiProblem(
    'refused_by_policy',
    'A rule can’t look at baggage as one text: it holds keys, and members in any order. Nothing was changed.',
    { hint: 'Name the member: --baggage KEY=VALUE' },
  );
};

const refusePattern = (predicate: Predicate): void => {
  try {
    compileMatcher([predicate]);
  } catch (error) {
    if (!(error instanceof PatternFault)) throw error;
    throw new ApiProblem(
      'bad_request',
      `The regular expression in ${printCondition(predicate)} can't be used: ${error.message} (at character ${error.at + 1}). Nothing was changed.`,
    );
  }
};

const impossible = (all: readonly Condition[]): ApiProblem =>
  new ApiProblem(
    'bad_request',
    `No request can ever match ${printCondition({ all })}. Nothing was changed.`,
    {
      hint: 'A value is compared whole, without the blanks around it, and has one value at a time.',
    },
  );

const keyInside = (): ApiProblem =>
  new ApiProblem(
    'bad_request',
    'Your key must hold for the whole rule, not inside “or” or “not”. Nothing was changed.',
    { hint: "--match 'key and …'" },
  );

const notYours = (why: string): ApiProblem =>
  new ApiProblem(
    'refused_by_policy',
    `A rule may only name your own key: ${why}. Nothing was changed.`,
    { hint: 'Leave out --http-header to take requests with your key.' },
  );
