import { compileMatcher, type Matcher } from '../protocol/match/matcher.ts';
import { compareRules, type Ranked } from '../protocol/match/order.ts';
import { PatternFault } from '../protocol/match/pattern/fault.ts';
import type { Rule, RuleEvent } from '../protocol/rules.ts';
import { Counter } from './counts.ts';
import { Load } from './guard.ts';

/** A rule as this agent uses it. */
export type AppliedRule = {
  readonly rule: Rule;
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
  /** By the SHA-256 of the key, in the order in which they are tried. */
  readonly personal: Map<string, readonly AppliedRule[]>;
  /** In the order in which they are tried. */
  general: readonly AppliedRule[];
};

const never: Matcher = () => false;

const without = (rules: readonly AppliedRule[], gone: AppliedRule): readonly AppliedRule[] =>
  rules.filter((rule) => rule !== gone);

/** What the manager has told this agent, arranged for quick decisions. */
export class RuleTable {
  /** The last event that is in effect; null before the first. */
  applied: { readonly epoch: string; readonly version: number } | null = null;
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
    return true;
  }

  private follows({ epoch, version }: { epoch: string; version: number }): boolean {
    return this.applied?.epoch === epoch && version > this.applied.version;
  }

  private replaceAll(rules: readonly Rule[]): void {
    const ids = new Set(rules.map((rule) => rule.id));
    for (const id of [...this.rules.keys()]) if (!ids.has(id)) this.remove(id);
    for (const rule of rules) this.put(rule);
  }

  private put(rule: Rule): void {
    const before = this.rules.get(rule.id);
    if (before !== undefined) this.detach(before);
    const port = this.portOf(rule.port);
    const applied: AppliedRule = {
      rule,
      counter: before?.counter ?? new Counter(),
      load: before?.load ?? new Load(),
      matches: matcherOf(rule),
      seenBefore: before?.rule.port === rule.port ? before.seenBefore : port.seen,
    };
    this.rules.set(rule.id, applied);
    if ('keySha256' in rule.match) {
      const others = port.personal.get(rule.match.keySha256) ?? [];
      port.personal.set(rule.match.keySha256, [...others, applied].sort(byOrder));
    } else {
      port.general = [...port.general, applied].sort(byOrder);
    }
  }

  private remove(id: string): void {
    const applied = this.rules.get(id);
    if (applied === undefined) return;
    this.rules.delete(id);
    this.detach(applied);
    const port = this.portOf(applied.rule.port);
    // A port without rules costs its requests nothing.
    if (port.personal.size === 0 && port.general.length === 0) this.ports.delete(applied.rule.port);
  }

  private detach(applied: AppliedRule): void {
    const { match, port: number } = applied.rule;
    const port = this.portOf(number);
    if ('keySha256' in match) {
      const others = without(port.personal.get(match.keySha256) ?? [], applied);
      if (others.length === 0) port.personal.delete(match.keySha256);
      else port.personal.set(match.keySha256, others);
    } else {
      port.general = without(port.general, applied);
    }
  }

  private portOf(port: number): PortRules {
    const found = this.ports.get(port) ?? { seen: 0, personal: new Map(), general: [] };
    this.ports.set(port, found);
    return found;
  }
}

// One that can't be compiled can't match; the manager refuses such a rule when it is made.
const matcherOf = ({ match }: Rule): Matcher => {
  try {
    return compileMatcher(match.all ?? []);
  } catch (error) {
    if (error instanceof PatternFault) return never;
    throw error;
  }
};

const rankedOf = ({ rule }: AppliedRule): Ranked => ({
  id: rule.id,
  conditions: rule.match.all ?? [],
  createdAt: rule.createdAt,
});

const byOrder = (one: AppliedRule, other: AppliedRule): number =>
  compareRules(rankedOf(one), rankedOf(other));
