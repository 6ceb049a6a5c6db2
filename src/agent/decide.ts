import { hash } from 'node:crypto';
import { fieldName } from '../protocol/http1/fields.ts';
import { isKeyForm } from '../protocol/match/key-form.ts';
import { isKubernetesProbe } from '../protocol/match/kubernetes-probe.ts';
import { keyOf } from '../protocol/match/matcher.ts';
import { RequestReading } from '../protocol/match/reading.ts';
import type { RequestFields } from '../protocol/match/request-fields.ts';
import type { Rule } from '../protocol/rules.ts';
import type { Curious } from './near-misses/near-misses.ts';
import type { AppliedRule, PortRules, RuleTable } from './rule-table.ts';

/** The rule that takes a request. */
export type Verdict = AppliedRule;

const probeHeader = fieldName('x-byway-probe');
// A key has 26 characters; anything much longer is not worth a hash.
const keyCharactersMax = 256;

/**
 * The rule that a request with these fields to this upstream port belongs to, or undefined. A
 * personal rule goes before every general one; of those the order is the table's. General rules
 * pass over requests with another user's key. A probe of Kubernetes belongs to none: it asks how
 * the pod is. `curious` is shown what no rule took.
 */
export const decide = (
  table: RuleTable,
  port: number,
  fields: RequestFields,
  curious?: Curious,
): Verdict | undefined => {
  const rules = table.of(port);
  if (rules === undefined) return undefined;
  rules.seen += 1;
  const key = keyOf(fields);
  const rule = ruleFor(rules, fields, key);
  if (rule === undefined && curious?.wants(key) === true && !isKubernetesProbe(fields)) {
    curious.look(rules, port, fields, key);
  }
  return rule !== undefined && isKubernetesProbe(fields) ? undefined : rule;
};

const ruleFor = (
  rules: PortRules,
  fields: RequestFields,
  key: string | undefined,
): AppliedRule | undefined => {
  const carried =
    key === undefined || key.length > keyCharactersMax
      ? undefined
      : hash('sha256', Buffer.from(key, 'latin1'), 'hex');
  const personal = carried === undefined ? undefined : rules.personal.get(carried);
  if (personal === undefined && rules.general.length === 0) return undefined;
  const reading = new RequestReading(fields);
  const owner = key !== undefined && isKeyForm(key) ? carried : undefined;
  return personalOf(personal ?? [], reading) ?? generalOf(rules.general, reading, owner);
};

const personalOf = (
  rules: readonly AppliedRule[],
  reading: RequestReading,
): AppliedRule | undefined => {
  for (const rule of rules) if (rule.matches(reading)) return rule;
  return undefined;
};

/** `owner` is the hash of the key that the request carries, undefined without one. */
const generalOf = (
  rules: readonly AppliedRule[],
  reading: RequestReading,
  owner: string | undefined,
): AppliedRule | undefined => {
  for (const rule of rules) {
    if (owner !== undefined && passesOver(rule.rule, owner)) continue;
    if (rule.matches(reading)) return rule;
  }
  return undefined;
};

const passesOver = ({ ownerKeySha256, otherKeys }: Rule, owner: string): boolean =>
  ownerKeySha256 !== owner && otherKeys !== true;

/** The rule that a probe with a nonce of the manager belongs to, by the same table. */
export const decideProbe = (
  table: RuleTable,
  nonce: string,
  id: string,
  fields: RequestFields,
): Verdict | undefined => (fields.valueOf(probeHeader) === nonce ? table.get(id) : undefined);
