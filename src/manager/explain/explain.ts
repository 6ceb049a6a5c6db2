import type {
  ExplainedPort,
  ExplainedRule,
  ExplainQuestion,
  Explanation,
} from '../../protocol/explanation.ts';
import { carriersOf } from '../../protocol/match/explain/carriers.ts';
import { type Decided, explainRules } from '../../protocol/match/explain/decision.ts';
import { givenFields } from '../../protocol/match/given-request.ts';
import { isKubernetesProbe } from '../../protocol/match/kubernetes-probe.ts';
import { keyOf } from '../../protocol/match/matcher.ts';
import { predicatesIn } from '../../protocol/match/predicate.ts';
import type { RequestFields } from '../../protocol/match/request-fields.ts';
import type { Rule } from '../../protocol/rules.ts';
import { type Workload, workloadPath } from '../../protocol/workload.ts';
import { mayTouch, type Principal } from '../identity/principal.ts';
import { sha256Hex } from '../identity/token-text.ts';
import { explainedRulesMax, explainMsMax } from '../limits.ts';
import type { Manager } from '../manager.ts';
import type { InterceptRecord } from '../store/records.ts';
import { chooseWorkloads } from './choose.ts';
import { explainedPredicate, veiledMatch } from './redact.ts';

type Asking = {
  readonly manager: Pick<Manager, 'intercepts' | 'workloads'>;
  readonly user: string;
  readonly request: RequestFields;
  /** The SHA-256 of the key that the request carries. */
  readonly carried: string | undefined;
  readonly mayGoOn: () => boolean;
};

/**
 * What becomes of a request by the rules that are there now. Looks at 100 rules at most, and begins
 * none after 250 ms. Throws `not_found` for a service that is not there.
 */
export const explainRequest = (
  manager: Pick<Manager, 'intercepts' | 'workloads'>,
  principal: Principal,
  question: ExplainQuestion,
): Explanation => {
  const request = givenFields(question.request);
  const known = manager.workloads.list().filter(({ workload }) => mayTouch(principal, workload));
  const { by, workloads } = chooseWorkloads(question, request, known);
  const key = keyOf(request);
  const asking: Asking = {
    manager,
    user: principal.user,
    request,
    carried: key === undefined ? undefined : sha256Hex(key),
    mayGoOn: withinLimits(),
  };
  const ports = workloads.flatMap(({ workload, ports }) => portsOf(asking, workload, ports));
  // Of all workloads only those that have rules are worth a word.
  const worth =
    by === 'all' ? ports.filter(({ rules, othersKeys }) => rules.length + othersKeys > 0) : ports;
  return { by, isProbe: isKubernetesProbe(request), ports: worth };
};

const withinLimits = (): (() => boolean) => {
  const until = performance.now() + explainMsMax;
  let explained = 0;
  return () => ++explained <= explainedRulesMax && performance.now() < until;
};

const portsOf = (
  asking: Asking,
  workload: Workload,
  announced: readonly number[],
): readonly ExplainedPort[] => {
  const path = workloadPath(workload);
  const rules = asking.manager.intercepts.rulesOf(path);
  const ports = new Set([...announced, ...rules.map(({ port }) => port)]);
  return [...ports]
    .sort((one, other) => one - other)
    .map((port) =>
      portOf(
        asking,
        workload,
        port,
        rules.filter((rule) => rule.port === port),
      ),
    );
};

const portOf = (
  asking: Asking,
  workload: Workload,
  port: number,
  rules: readonly Rule[],
): ExplainedPort => {
  const { manager, user, request, carried, mayGoOn } = asking;
  const records = new Map<string, InterceptRecord>();
  for (const { id } of rules) {
    const record = manager.intercepts.record(id);
    if (record !== undefined) records.set(id, record);
  }
  const known = rules.filter(({ id }) => records.has(id));
  const told = known.filter(
    ({ id, match }) =>
      !('keySha256' in match) || match.keySha256 === carried || records.get(id)?.owner === user,
  );
  const { decided, left, winner } = explainRules(told, request, mayGoOn);
  return {
    workload,
    port,
    rules: decided.map((one) =>
      ruleOf(one, records.get(one.rule.id) as InterceptRecord, user, request),
    ),
    othersKeys: known.length - told.length,
    left,
    winner: winner?.id ?? null,
  };
};

const ruleOf = (
  { rule, verdict, outcome, after }: Decided<Rule>,
  { owner, match, laptop }: InterceptRecord,
  user: string,
  request: RequestFields,
): ExplainedRule => {
  const own = owner === user;
  const conditions = predicatesIn({ all: rule.match.all ?? [] });
  const isOnKey = 'keySha256' in rule.match;
  const written = isOnKey ? [undefined, ...conditions] : conditions;
  const met = new Set(
    conditions.filter((_, at) => verdict.predicates[at + (isOnKey ? 1 : 0)]?.met),
  );
  return {
    id: rule.id,
    owner,
    laptop,
    match: own ? match : veiledMatch(match, (one) => met.has(one)),
    state: rule.state,
    ...(rule.priority === undefined ? {} : { priority: rule.priority }),
    ...(rule.otherKeys === undefined ? {} : { otherKeys: rule.otherKeys }),
    own,
    outcome,
    ...(after === undefined ? {} : { after }),
    predicates: verdict.predicates.map((one, at) =>
      explainedPredicate(one, written[at], own, request),
    ),
    ...(isOnKey ? { carriers: carriersOf(request) } : {}),
  };
};
