import * as v from 'valibot';
import { UserError } from '../../../base/errors.ts';
import { redactionRuleCharactersMax, redactionRulesMax } from '../limits.ts';
import { type JsonRule, readJsonRule } from './json-rule.ts';

/** What a user hides besides what is hidden anyway: header names, and places in JSON. */
export type RedactionPlan = {
  readonly headers: readonly string[];
  readonly json: readonly string[];
};

const rulesText = v.optional(
  v.pipe(
    v.array(v.pipe(v.string(), v.maxLength(redactionRuleCharactersMax))),
    v.maxLength(redactionRulesMax),
  ),
  [],
);

export const redactionPlanSchema: v.GenericSchema<unknown, RedactionPlan> = v.object({
  headers: rulesText,
  json: rulesText,
});

/** What is a secret in the requests of one intercept. */
export type RedactionRules = {
  /** The routing key of the user. */
  readonly key: string | null;
  /** In lower case. */
  readonly headers: ReadonlySet<string>;
  readonly json: readonly JsonRule[];
};

/** Throws a `UserError` of kind `usage` for what is no header or no place. */
export const redactionRules = (
  plan: RedactionPlan | undefined,
  key: string | null,
): RedactionRules => ({
  key,
  headers: new Set((plan?.headers ?? []).map(headerName)),
  json: (plan?.json ?? []).map(readJsonRule),
});

const headerName = (text: string): string => {
  if (/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(text)) return text.toLowerCase();
  throw new UserError(`"${text.slice(0, 80)}" is no name of a header.`, { kind: 'usage' });
};
