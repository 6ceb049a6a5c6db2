import { parseBaggage } from '../../propagation/baggage.ts';
import { keyBaggageMember, keyHeader } from '../../propagation/key.ts';
import { isImpossible } from '../../protocol/conflict.ts';
import type { Match, Predicate } from '../../protocol/match.ts';
import { ApiProblem } from '../http/api-problem.ts';
import { equalInConstantTime } from '../identity/token-text.ts';

/**
 * Brings a wanted match to the form that is kept: header names in lower case, the owner's own key
 * as the personal rule. Throws `refused_by_policy` for a rule without a filter or on a key that is
 * not the owner's, `bad_request` for one that can never match.
 */
export const settleMatch = (match: Match, ownKey: string): Match => {
  if ('key' in match) return match;
  const all = match.all.map(lowerCased);
  if (all.length === 0) {
    throw new ApiProblem(
      'refused_by_policy',
      'A rule without any filter would take everyone’s requests. Nothing was changed.',
      { hint: 'Leave out --http-header to take only requests with your key.' },
    );
  }
  if (isImpossible(all)) {
    throw new ApiProblem(
      'bad_request',
      'The rule asks one header for two values, so it can never match. Nothing was changed.',
    );
  }
  for (const predicate of all) refuseForeignBaggage(predicate);
  const carriers = all.filter(({ header }) => header === keyHeader);
  if (carriers.length === 0) return { all };
  refuseForeignKey(carriers, ownKey);
  if (carriers.length === all.length) return { key: 'personal' };
  throw new ApiProblem(
    'bad_request',
    `A rule on your key takes no other header beside ${keyHeader}. Nothing was changed.`,
    { hint: 'Leave out the other headers, or leave out the key.' },
  );
};

const lowerCased = (predicate: Predicate): Predicate => ({
  ...predicate,
  header: predicate.header.toLowerCase(),
});

const refuseForeignKey = (carriers: readonly Predicate[], ownKey: string): void => {
  const own = carriers.every(
    (carrier) => 'equals' in carrier && equalInConstantTime(carrier.equals, ownKey),
  );
  if (!own) throw notYours(`${keyHeader} carries keys, and each belongs to its user`);
};

const refuseForeignBaggage = (predicate: Predicate): void => {
  if (predicate.header !== 'baggage' || !('equals' in predicate)) return;
  if (parseBaggage(predicate.equals).some(({ key }) => key === keyBaggageMember)) {
    throw notYours(
      `the baggage member ${keyBaggageMember} carries keys, and each belongs to its user`,
    );
  }
};

const notYours = (why: string): ApiProblem =>
  new ApiProblem(
    'refused_by_policy',
    `A rule may only name your own key: ${why}. Nothing was changed.`,
    { hint: 'Leave out --http-header to take requests with your key.' },
  );
