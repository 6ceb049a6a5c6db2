import { createHash } from 'node:crypto';
import { UserError } from '../../base/errors.ts';
import type { Carrier, GivenRequest } from '../../protocol/explanation.ts';
import { carriersOf } from '../../protocol/match/explain/carriers.ts';
import { explain, type RuleVerdict } from '../../protocol/match/explain/explain.ts';
import { givenFields } from '../../protocol/match/given-request.ts';
import { isKubernetesProbe } from '../../protocol/match/kubernetes-probe.ts';
import { sentenceOf } from '../../protocol/match/sentence.ts';
import type { Match, RuleMatch } from '../../protocol/match.ts';
import { type MatchArguments, readMatch } from '../arguments/match-arguments.ts';
import type { Context } from '../context.ts';

/** A rule that flags gave. The key's hash is there when it is a rule on the key. */
export type GivenRule = { readonly match: Match; readonly keySha256: string | undefined };

/** What one rule says of a request, without anybody else's. */
export type OneVerdict = RuleVerdict & {
  readonly match: Match;
  /** The rule as an English clause. */
  readonly rule: string;
  readonly carriers: readonly Carrier[] | undefined;
  readonly isProbe: boolean;
};

/** The rule that matching flags give; undefined without one. Only for a key the manager is asked. */
export const ruleOf = async (
  context: Pick<Context, 'io' | 'manager'>,
  options: MatchArguments & { readonly manager?: string },
): Promise<GivenRule | undefined> => {
  if (!isGiven(options)) return undefined;
  const match = readMatch(options);
  const { literalHints } = await import('../arguments/literal-hint.ts');
  for (const hint of literalHints(match)) context.io.say(hint);
  if (!('key' in match)) return { match, keySha256: undefined };
  const { user, key } = await (await context.manager(options.manager)).me();
  if (key === null) {
    throw new UserError(`${user} has no routing key: the token is an agent's.`, { kind: 'policy' });
  }
  return { match, keySha256: createHash('sha256').update(key, 'latin1').digest('hex') };
};

const isGiven = (given: MatchArguments): boolean =>
  [given.httpHeader, given.httpQuery, given.baggage].some((list) => (list ?? []).length > 0) ||
  [
    given.httpPathEqual,
    given.httpPathPrefix,
    given.httpPathRegex,
    given.httpMethod,
    given.match,
  ].some((text) => text !== undefined);

export const explainOneRule = (
  { match, keySha256 }: GivenRule,
  request: GivenRequest,
): OneVerdict => {
  const fields = givenFields(request);
  const all = match.all ?? [];
  const rule: RuleMatch = keySha256 === undefined ? { all } : { keySha256, all };
  const verdict = explain({ match: rule, otherKeys: true }, fields);
  return {
    match,
    rule: sentenceOf(match),
    ...verdict,
    carriers: keySha256 === undefined ? undefined : carriersOf(fields),
    isProbe: isKubernetesProbe(fields),
  };
};
