import { createHash } from 'node:crypto';
import { fieldName } from '../protocol/http1/fields.ts';
import { keyOf } from '../protocol/matcher.ts';
import type { RequestFields } from '../protocol/request-fields.ts';
import type { AppliedRule, PortRules, RuleTable } from './rule-table.ts';

/** The rule that takes a request. */
export type Verdict = AppliedRule;

const probeHeader = fieldName('x-byway-probe');
const userAgent = fieldName('user-agent');
// A key has 26 characters; anything much longer is not worth a hash.
const keyCharactersMax = 256;

/**
 * The rule that a request with these fields to this upstream port belongs to, or undefined. A
 * personal rule goes before every general one; of those the order is the table's. A probe of
 * Kubernetes belongs to none: it asks how the pod is.
 */
export const decide = (
  table: RuleTable,
  port: number,
  fields: RequestFields,
): Verdict | undefined => {
  const rules = table.of(port);
  if (rules === undefined) return undefined;
  rules.seen += 1;
  const rule = ruleFor(rules, fields);
  return rule !== undefined && isKubernetesProbe(fields) ? undefined : rule;
};

const isKubernetesProbe = (fields: RequestFields): boolean =>
  fields.valueOf(userAgent)?.startsWith('kube-probe/') === true;

const ruleFor = (rules: PortRules, fields: RequestFields): AppliedRule | undefined => {
  const key = keyOf(fields);
  if (key !== undefined && key.length <= keyCharactersMax && rules.personal.size > 0) {
    const rule = rules.personal.get(createHash('sha256').update(key, 'latin1').digest('hex'));
    if (rule !== undefined) return rule;
  }
  for (const rule of rules.general) if (rule.matches(fields)) return rule;
  return undefined;
};

/** The rule that a probe with a nonce of the manager belongs to, by the same table. */
export const decideProbe = (
  table: RuleTable,
  nonce: string,
  id: string,
  fields: RequestFields,
): Verdict | undefined => (fields.valueOf(probeHeader) === nonce ? table.get(id) : undefined);
