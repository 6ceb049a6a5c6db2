import type {
  Carrier,
  ExplainedPort,
  ExplainedPredicate,
  ExplainedRule,
  Explanation,
} from '../../protocol/explanation.ts';
import { parseExpression } from '../../protocol/match/expression/parse.ts';
import { predicatesIn } from '../../protocol/match/predicate.ts';
import type { Paint } from '../paint.ts';
import { count } from '../wording/figures.ts';
import { matchInWords, predicateInWords } from '../wording/match.ts';
import { plain } from '../wording/plain.ts';
import { beside, wrapped } from '../wording/wrap.ts';
import type { OneVerdict } from './one-rule.ts';

/** An answer of the manager for people, in 80 columns. */
export const explanationInWords = (paint: Paint, explanation: Explanation): string => {
  const { by, isProbe, ports } = explanation;
  const severalPorts = new Set(
    ports.filter(({ workload }, at) =>
      ports.some((other, index) => index !== at && other.workload.name === workload.name),
    ),
  );
  return [
    ...howChosen(explanation),
    ...(isProbe ? ['A probe of Kubernetes (user-agent kube-probe/…): no rule takes it.'] : []),
    ...ports.flatMap((port) => portInWords(paint, port, severalPorts.has(port))),
    ...(ports.length === 0 && by === 'all' ? ['→ the pods answer'] : []),
  ].join('\n');
};

const howChosen = ({ by, ports }: Explanation): readonly string[] => {
  if (by !== 'all') return [];
  if (ports.length === 0) return ['Nobody intercepts anything now.'];
  return ['The host names no service, so these are the rules of all.   --service NAME'];
};

const portInWords = (
  paint: Paint,
  port: ExplainedPort,
  isOneOfSeveral: boolean,
): readonly string[] => {
  const { rules, othersKeys, left } = port;
  const name = plain(port.workload.name) + (isOneOfSeveral ? `:${port.port}` : '');
  const notes = [
    ...(othersKeys === 0
      ? []
      : [`${count(othersKeys)} on other people's keys, which it does not carry`]),
    ...(left === 0 ? [] : [`${count(left)} more come after these and were not looked at`]),
  ];
  return [
    ...rules.flatMap((rule, at) => ruleInWords(paint, name, rule, at, rules)),
    ...notes.map((note) => `  ${name}   ${note}`),
    ...(rules.length + othersKeys === 0 ? [`  ${name}   has no rules`] : []),
    verdictInWords(paint, port),
  ];
};

const outcomes: Readonly<Record<ExplainedRule['outcome'], string>> = {
  takes: 'MATCH',
  after: 'would match, comes after',
  passed_over: 'passed over',
  no: 'no match',
};

const ruleInWords = (
  paint: Paint,
  name: string,
  rule: ExplainedRule,
  at: number,
  rules: readonly ExplainedRule[],
): readonly string[] => {
  const { own, owner, match, outcome, priority } = rule;
  const who = own ? '' : `${plain(owner)}${'key' in match ? "'s key" : ': '}`;
  const words = own
    ? matchInWords(match)
    : `${who}${matchInWords(match, 'their').replace(/^their key/, '')}`;
  const order = priority === undefined ? '' : `, priority ${priority}`;
  const title = `  ${name}, rule ${at + 1} of ${rules.length}   ${words}${order}`;
  const shown = outcome === 'takes' ? paint.good(outcomes[outcome]) : outcomes[outcome];
  return [
    ...beside(title, outcomes[outcome], shown),
    ...(isSettled(rule) ? [] : conditionsInWords(rule.predicates, rule.carriers)),
    ...whyInWords(rule, at, rules),
  ];
};

// Its conditions are met: what matters is why it does not take the request.
const isSettled = ({ outcome }: ExplainedRule): boolean =>
  outcome === 'after' || outcome === 'passed_over';

const whyInWords = (
  { outcome, after }: ExplainedRule,
  at: number,
  rules: readonly ExplainedRule[],
): readonly string[] => {
  if (outcome === 'passed_over') {
    return ["    because it carries another user's key, which a general rule leaves alone"];
  }
  if (outcome !== 'after' || after === undefined) return [];
  const first = rules.findIndex(({ id }) => id === after.id) + 1;
  return wrapped(`rule ${first} before rule ${at + 1} because ${after.because}`, 4, 6);
};

const conditionsInWords = (
  predicates: readonly ExplainedPredicate[],
  carriers: readonly Carrier[] | undefined,
): readonly string[] =>
  predicates.flatMap((predicate) =>
    predicate.expression === 'key'
      ? keyInWords(predicate, carriers ?? [])
      : conditionInWords(predicate),
  );

const keyInWords = (
  { met, reasons }: ExplainedPredicate,
  carriers: readonly Carrier[],
): readonly string[] => [
  ...carriers.map(({ name, value, note }) => {
    const shown = value === null ? 'absent' : `"${plain(value)}"`;
    return `    ${name.padEnd(20)} ${shown}${note === undefined ? '' : `  (${plain(note)})`}`;
  }),
  ...(met ? [] : reasonsInWords(reasons)),
];

const conditionInWords = (predicate: ExplainedPredicate): readonly string[] => {
  const { met, value, note, reasons } = predicate;
  const words = expressionInWords(predicate.expression);
  const isThere = value === undefined ? '' : `   has "${plain(value)}"`;
  const shown = met && words.endsWith(`= "${plain(value ?? '')}"`) ? '' : isThere;
  const aside = note === undefined ? '' : `  (${plain(note)})`;
  return [
    ...wrapped(`${met ? 'yes' : 'no '}  ${words}${shown}${aside}`, 4, 9),
    ...(met ? [] : reasonsInWords(reasons)),
  ];
};

const reasonsInWords = (reasons: ExplainedPredicate['reasons']): readonly string[] =>
  reasons.flatMap(({ text }) => wrapped(plain(text), 9, 9));

const expressionInWords = (expression: string): string => {
  const [only] = predicatesIn({ all: parseExpression(expression).all ?? [] });
  return only === undefined ? plain(expression) : predicateInWords(only);
};

const verdictInWords = (paint: Paint, { rules, winner, left }: ExplainedPort): string => {
  const taker = rules.find(({ id }) => id === winner);
  if (taker === undefined) {
    return left > 0
      ? '→ nobody of these takes it; those that were not looked at may'
      : '→ the pod answers';
  }
  const who = taker.own ? 'you' : plain(taker.owner);
  if (taker.state === 'paused') return `→ the pod answers: ${who} paused it`;
  if (taker.state === 'disconnected') {
    return `→ the pod answers: the session of ${taker.own ? 'yours' : who} is not connected`;
  }
  return paint.good(`→ goes to ${who}`);
};

/** What one rule alone says, for people. */
export const oneRuleInWords = (paint: Paint, verdict: OneVerdict): string => {
  const { matches, isProbe, match, predicates, carriers } = verdict;
  const takes = matches && !isProbe;
  const word = outcomes[takes ? 'takes' : 'no'];
  return [
    ...beside(`  ${matchInWords(match)}`, word, takes ? paint.good(word) : word),
    ...conditionsInWords(
      predicates.map(({ value, ...rest }) => ({
        ...rest,
        ...(value === undefined ? {} : { value }),
      })),
      carriers,
    ),
    ...(isProbe ? ['    a probe of Kubernetes (user-agent kube-probe/…): no rule takes it'] : []),
    takes ? paint.good('→ the rule takes it') : '→ the rule does not take it',
    'Only this rule was asked. With everybody’s: leave it out.',
  ].join('\n');
};
