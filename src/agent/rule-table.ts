import { compileMatcher, type Matcher } from '../protocol/match/matcher.ts';
import { type Rank, rankOf } from '../protocol/match/order.ts';
import { PatternFault } from '../protocol/match/pattern/fault.ts';
import type { Rule, RuleEvent } from '../protocol/rules.ts';
import { Counter } from './counts.ts';
import { Load } from './guard.ts';
import { byOrder, insertInOrder } from './rule-order.ts';

/** A rule as this agent uses it. */
export type AppliedRule = {
  readonly rule: Rule;
  readonly rank: Rank;
  readonly counter: Counter;
  readonly load: Load;
  readonly matches: Matcher;
  /** What `seen` of its port was when the rule came. */
  readonly seenBefore: number;
};

/** The rules of one upstream port. */
export type PortRules = {
  /** Requests decided on this port while it had rules. */
  seen: number;
  /** By the SHA-256 of the key, in the order in which they are tried; no list is empty. */
  readonly personal: Map<string, AppliedRule[]>;
  /** In the order in which they are tried. */
  readonly general: AppliedRule[];
};

const never: Matcher = () => false;

/** What the manager has told this agent, arranged for quick decisions. */
export class RuleTable {
  /** The last event that is in effect; null before the first. */
  applied: { readonly epoch: string; readonly version: number } | null = null;
  /** Events that were applied since the start. */
  changes = 0;
  private readonly rules = new Map<string, AppliedRule>();
  private readonly ports = new Map<number, PortRules>();

  get size(): number {
    return this.rules.size;
  }

  of(port: number): PortRules | undefined {
    return this.ports.get(port);
  }

  get(id: string): AppliedRule | undefined {
    return this.rules.get(id);
  }

  all(): Iterable<AppliedRule> {
    return this.rules.values();
  }

  seenBy({ rule, seenBefore }: AppliedRule): number {
    return (this.ports.get(rule.port)?.seen ?? seenBefore) - seenBefore;
  }

  /** Applies one event. False when it doesn't follow on what is here: ask for the state again. */
  apply(event: Exclude<RuleEvent, { type: 'probe' | 'ask' | 'pod_request' }>): boolean {
    if (event.type === 'state') this.replaceAll(event.rules);
    else if (!this.follows(event)) return false;
    else if (event.type === 'put') this.put(event.rule);
    else this.remove(event.id);
    this.applied = { epoch: event.epoch, version: event.version };
    this.changes += 1;
    return true;
  }

  private follows({ epoch, version }: { epoch: string; version: number }): boolean {
    return this.applied?.epoch === epoch && version > this.applied.version;
  }

  // All at once: one place after another in a long order would hold up the requests for seconds.
  private replaceAll(rules: readonly Rule[]): void {
    const before = new Map(this.rules);
    this.rules.clear();
    for (const port of this.ports.values()) {
      port.personal.clear();
      port.general.length = 0;
    }
    for (const rule of new Map(rules.map((one) => [one.id, one])).values()) {
      const applied = this.appliedOf(rule, before.get(rule.id));
      this.rules.set(rule.id, applied);
      if ('keySha256' in rule.match) insertInOrder(this.listOf(rule), applied);
      else this.listOf(rule).push(applied);
    }
    for (const [number, { general }] of this.ports) {
      general.sort(byOrder);
      this.forgetWithoutRules(number);
    }
  }

  private put(rule: Rule): void {
    const before = this.rules.get(rule.id);
    if (before !== undefined) this.detach(before);
    const applied = this.appliedOf(rule, before);
    this.rules.set(rule.id, applied);
    insertInOrder(this.listOf(rule), applied);
    if (before !== undefined) this.forgetWithoutRules(before.rule.port);
  }

  private appliedOf(rule: Rule, before: AppliedRule | undefined): AppliedRule {
    return {
      rule,
      rank: rankOf(rule, rule.match.all ?? [], rule.priority),
      counter: before?.counter ?? new Counter(),
      load: before?.load ?? new Load(),
      matches:
        before !== undefined && sameMatch(before.rule, rule) ? before.matches : matcherOf(rule),
      seenBefore: before?.rule.port === rule.port ? before.seenBefore : this.portOf(rule.port).seen,
    };
  }

  private remove(id: string): void {
    const applied = this.rules.get(id);
    if (applied === undefined) return;
    this.rules.delete(id);
    this.detach(applied);
    this.forgetWithoutRules(applied.rule.port);
  }

  private detach(applied: AppliedRule): void {
    const { match, port } = applied.rule;
    const list = this.listOf(applied.rule);
    const at = list.indexOf(applied);
    if (at !== -1) list.splice(at, 1);
    if ('keySha256' in match && list.length === 0) {
      this.portOf(port).personal.delete(match.keySha256);
    }
  }

  /** The rules that are tried with this one. */
  private listOf({ match, port }: Rule): AppliedRule[] {
    const { personal, general } = this.portOf(port);
    if (!('keySha256' in match)) return general;
    const list = personal.get(match.keySha256) ?? [];
    personal.set(match.keySha256, list);
    return list;
  }

  // A port without rules costs its requests nothing.
  private forgetWithoutRules(port: number): void {
    const { personal, general } = this.portOf(port);
    if (personal.size === 0 && general.length === 0) this.ports.delete(port);
  }

  private portOf(port: number): PortRules {
    const found = this.ports.get(port) ?? { seen: 0, personal: new Map(), general: [] };
    this.ports.set(port, found);
    return found;
  }
}

// A state after a reconnection repeats them all: what was compiled before need not be again.
const sameMatch = (one: Rule, other: Rule): boolean =>
  JSON.stringify(one.match) === JSON.stringify(other.match);

// One that can't be compiled can't match; the manager refuses such a rule when it is made.
const matcherOf = ({ match }: Rule): Matcher => {
  try {
    return compileMatcher(match.all ?? []);
  } catch (error) {
    if (error instanceof PatternFault) return never;
    throw error;
  }
};
