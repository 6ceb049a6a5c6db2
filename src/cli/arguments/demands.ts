import { UserError } from '../../base/errors.ts';
import { priorityMax } from '../../protocol/limits.ts';
import type { Demands } from '../session/plan.ts';

/** The flags of `byway intercept` about other rules and other users, as commander reads them. */
export type DemandArguments = {
  readonly priority?: string | undefined;
  readonly takeOver?: boolean | undefined;
  readonly otherKeys?: boolean | undefined;
  readonly yes?: boolean | undefined;
};

/** Reads them; undefined without any. Throws a usage error. */
export const readDemands = (given: DemandArguments): Demands | undefined => {
  const { priority, takeOver, otherKeys, yes } = given;
  const demands: Demands = {
    ...(priority === undefined ? {} : { priority: priorityOf(priority) }),
    ...(otherKeys === true ? { otherKeys } : {}),
    ...(yes === true ? { confirmed: true } : {}),
    ...(takeOver === true ? { takeOver } : {}),
  };
  return Object.keys(demands).length === 0 ? undefined : demands;
};

const priorityOf = (text: string): number => {
  const priority = /^[+-]?\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  if (Math.abs(priority) <= priorityMax) return priority;
  throw new UserError(
    `--priority takes a whole number from -${priorityMax} to ${priorityMax}, not "${text}".`,
    { kind: 'usage', hint: 'Of general rules the one with the higher number goes first.' },
  );
};
