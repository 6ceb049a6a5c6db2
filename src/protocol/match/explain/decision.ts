import type { GoesBefore, RuleOutcome } from '../../explanation.ts';
import { isKubernetesProbe } from '../kubernetes-probe.ts';
import { compareRanks, type Rank, type Ranked, rankOf, whyBefore } from '../order.ts';
import type { RequestFields } from '../request-fields.ts';
import { type ExplainedRule, explain, type RuleVerdict } from './explain.ts';

/** A rule of one port, as an agent has it. */
export type DecidedRule = ExplainedRule & {
  readonly id: string;
  readonly priority?: number;
  /** RFC 3339. */
  readonly createdAt: string;
};

export type Decided<Rule> = {
  readonly rule: Rule;
  readonly verdict: RuleVerdict;
  readonly outcome: RuleOutcome;
  /** What goes before it, the one that takes the request or else the one before it, and why. */
  readonly after: GoesBefore | undefined;
};

export type Decision<Rule> = {
  /** In the order in which they are tried. */
  readonly decided: readonly Decided<Rule>[];
  /** How many behind them were not looked at, because `mayGoOn` said so. */
  readonly left: number;
  /** The one that takes the request. */
  readonly winner: Rule | undefined;
};

/**
 * Explains all rules of one port and says which of them takes a request, as the agent decides it.
 * Throws `PatternFault`.
 */
export const explainRules = <Rule extends DecidedRule>(
  rules: readonly Rule[],
  request: RequestFields,
  mayGoOn: (explained: number) => boolean = () => true,
): Decision<Rule> => {
  const ordered = rules
    .map((rule) => ({ rule, rank: rankOf(rule, rule.match.all ?? [], rule.priority) }))
    .sort(byOrder);
  const isProbe = isKubernetesProbe(request);
  const decided: Decided<Rule>[] = [];
  let winner: Rule | undefined;
  for (const { rule } of ordered) {
    if (!mayGoOn(decided.length)) break;
    const verdict = explain(rule, request);
    const takes = verdict.matches && winner === undefined && !isProbe;
    if (takes) winner = rule;
    const first = takes ? decided.at(-1)?.rule : (winner ?? decided.at(-1)?.rule);
    const after =
      first === undefined ? undefined : { id: first.id, because: whyInOrder(first, rule) };
    decided.push({ rule, verdict, outcome: outcomeOf(verdict, takes, isProbe), after });
  }
  return { decided, left: ordered.length - decided.length, winner };
};

const outcomeOf = (
  { matches, passedOver }: RuleVerdict,
  takes: boolean,
  isProbe: boolean,
): RuleOutcome => {
  if (takes) return 'takes';
  if (passedOver) return 'passed_over';
  return matches && !isProbe ? 'after' : 'no';
};

const isOnKey = ({ match }: DecidedRule): boolean => 'keySha256' in match;

type InOrder = { readonly rule: DecidedRule; readonly rank: Rank };

const byOrder = (one: InOrder, other: InOrder): number =>
  Number(isOnKey(other.rule)) - Number(isOnKey(one.rule)) || compareRanks(one.rank, other.rank);

const whyInOrder = (first: DecidedRule, second: DecidedRule): string =>
  isOnKey(first) && !isOnKey(second)
    ? 'a rule on a key goes before general rules'
    : whyBefore(rankedOf(first), rankedOf(second));

const rankedOf = ({ id, match, priority, createdAt }: DecidedRule): Ranked => ({
  id,
  conditions: match.all ?? [],
  ...(priority === undefined ? {} : { priority }),
  createdAt,
});
