import { configuredRedaction } from '../configuration.ts';
import type { Environment } from '../folders.ts';
import { type RedactionPlan, redactionRules } from '../recorder/redaction/rules.ts';

export type RedactionArguments = {
  readonly redactHeader?: readonly string[];
  readonly redactJson?: readonly string[];
};

/** What flags and configuration hide, together. Throws a `UserError` of kind `usage`. */
export const readRedaction = async (
  environment: Environment,
  { redactHeader = [], redactJson = [] }: RedactionArguments,
): Promise<RedactionPlan> => {
  const configured = await configuredRedaction(environment);
  const plan = {
    headers: [...(configured?.headers ?? []), ...redactHeader],
    json: [...(configured?.json ?? []), ...redactJson],
  };
  redactionRules(plan, null);
  return plan;
};
