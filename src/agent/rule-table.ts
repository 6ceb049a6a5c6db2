import { compileMatcher, type Matcher } from '../protocol/matcher.ts';
import type { Rule, RuleEvent } from '../protocol/rules.ts';
import { Counter } from './counts.ts';
import { Load } from './guard.ts';
import { byOrder, insertInOrder, type Rank, rankOf } from './rule-order.ts';

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
  /** By the SHA-256 of the key. */
  readonly personal: Map<string, AppliedRule>;
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
  apply(event: Exclude<RuleEvent, { type: 'probe' }>): boolean {
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
      const { personal, general } = this.portOf(rule.port);
      if ('keySha256' in rule.match) personal.set(rule.match.keySha256, applied);
      else general.push(applied);
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
    const { personal, general } = this.portOf(rule.port);
    if ('keySha256' in rule.match) personal.set(rule.match.keySha256, applied);
    else insertInOrder(general, applied);
    if (before !== undefined) this.forgetWithoutRules(before.rule.port);
  }

  private appliedOf(rule: Rule, before: AppliedRule | undefined): AppliedRule {
    return {
      rule,
      rank: rankOf(rule),
      counter: before?.counter ?? new Counter(),
      load: before?.load ?? new Load(),
      matches: 'all' in rule.match ? compileMatcher(rule.match.all) : never,
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
    const { personal, general } = this.portOf(port);
    if ('keySha256' in match) {
      if (personal.get(match.keySha256) === applied) personal.delete(match.keySha256);
      return;
    }
    const at = general.indexOf(applied);
    if (at !== -1) general.splice(at, 1);
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
