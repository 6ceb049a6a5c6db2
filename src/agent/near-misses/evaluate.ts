import { createHash } from 'node:crypto';
import { isKeyForm } from '../../protocol/match/key-form.ts';
import { type KeyMiss, keyMissOf } from '../../protocol/match/near-miss/key-miss.ts';
import {
  compileMissFinder,
  type MissFinder,
} from '../../protocol/match/near-miss/predicate-miss.ts';
import { PatternFault } from '../../protocol/match/pattern/fault.ts';
import { RequestReading } from '../../protocol/match/reading.ts';
import type { RequestFields } from '../../protocol/match/request-fields.ts';
import type { NearMissReason } from '../../protocol/near-miss.ts';
import type { AppliedRule, PortRules } from '../rule-table.ts';
import { rulesPerRequestMax } from './limits.ts';

/** Why one rule did not take a request; without `rule` it is a key that no rule has. */
export type Found = Omit<KeyMiss<never>, 'owner'> & {
  readonly reason: NearMissReason;
  readonly rule?: string;
  readonly predicate?: number;
};

/** Finds out why no rule of a port took a request. Keeps what it compiled as long as the rule. */
export class Evaluation {
  private readonly finders = new WeakMap<AppliedRule, MissFinder>();
  private turn = 0;

  find(rules: PortRules, fields: RequestFields, key: string | undefined): readonly Found[] {
    const reading = new RequestReading(fields);
    const sha256 = key !== undefined && isKeyForm(key) ? sha256Of(key) : undefined;
    const own = sha256 === undefined ? undefined : rules.personal.get(sha256);
    const general = this.general(rules, reading, sha256);
    if (own !== undefined)
      return [...own.flatMap((one) => this.miss(one, reading, true)), ...general];
    if (rules.personal.size === 0) return general;
    return [...keyFound(rules, reading, key), ...general];
  }

  // A few of them in turn: one request must not be held against thousands of rules.
  private general(
    { general }: PortRules,
    reading: RequestReading,
    sha256: string | undefined,
  ): readonly Found[] {
    const tried = Math.min(general.length, rulesPerRequestMax);
    const found: Found[] = [];
    for (let at = 0; at < tried; at++) {
      const applied = general[(this.turn + at) % general.length] as AppliedRule;
      const { rule } = applied;
      if (rule.state !== 'active') continue;
      const isOthers = sha256 !== undefined && sha256 !== rule.ownerKeySha256;
      if (!isOthers) found.push(...this.miss(applied, reading, false));
      else if (applied.matches(reading)) found.push({ rule: rule.id, reason: 'others_key' });
    }
    this.turn = general.length === 0 ? 0 : (this.turn + tried) % general.length;
    return found;
  }

  private miss(applied: AppliedRule, reading: RequestReading, isMarked: boolean): readonly Found[] {
    if (applied.rule.state !== 'active') return [];
    const miss = this.finderOf(applied)(reading, isMarked);
    return miss === undefined ? [] : [{ rule: applied.rule.id, ...miss }];
  }

  private finderOf(applied: AppliedRule): MissFinder {
    const finder = this.finders.get(applied) ?? compiled(applied);
    this.finders.set(applied, finder);
    return finder;
  }
}

const compiled = ({ rule }: AppliedRule): MissFinder => {
  try {
    return compileMissFinder(rule.match.all ?? []);
  } catch (error) {
    if (error instanceof PatternFault) return () => undefined;
    throw error;
  }
};

const keyFound = (
  rules: PortRules,
  reading: RequestReading,
  key: string | undefined,
): readonly Found[] => {
  const miss = keyMissOf(reading.request, key, (hash) => rules.personal.get(hash));
  if (miss === undefined) return [];
  const { owner, ...found } = miss;
  if (owner === undefined) return [found];
  const { reason } = found;
  return owner
    .filter((applied) => applied.rule.state === 'active' && applied.matches(reading))
    .map(({ rule }) => ({ reason, rule: rule.id }));
};

const sha256Of = (key: string): string => createHash('sha256').update(key, 'latin1').digest('hex');
