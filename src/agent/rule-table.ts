import { compileMatcher, type Matcher } from '../protocol/matcher.ts';
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
  /** By the SHA-256 of the key. */
  readonly personal: Map<string, AppliedRule>;
  /** In the order in which they are tried. */
  general: readonly AppliedRule[];
};

const never: Matcher = () => false;

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
      matches: 'all' in rule.match ? compileMatcher(rule.match.all) : never,
      seenBefore: before?.rule.port === rule.port ? before.seenBefore : port.seen,
    };
    this.rules.set(rule.id, applied);
    if ('keySha256' in rule.match) port.personal.set(rule.match.keySha256, applied);
    else port.general = [...port.general, applied].sort(byOrder);
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
      if (port.personal.get(match.keySha256) === applied) port.personal.delete(match.keySha256);
    } else {
      port.general = port.general.filter((other) => other !== applied);
    }
  }

  private portOf(port: number): PortRules {
    const found = this.ports.get(port) ?? { seen: 0, personal: new Map(), general: [] };
    this.ports.set(port, found);
    return found;
  }
}

const predicates = ({ rule }: AppliedRule): number =>
  'all' in rule.match ? rule.match.all.length : 1;

const equalities = ({ rule }: AppliedRule): number =>
  'all' in rule.match ? rule.match.all.filter((predicate) => 'equals' in predicate).length : 1;

// More predicates, then more equals, then the older intercept; ids end every tie.
const byOrder = (one: AppliedRule, other: AppliedRule): number =>
  predicates(other) - predicates(one) ||
  equalities(other) - equalities(one) ||
  compare(one.rule.createdAt, other.rule.createdAt) ||
  compare(one.rule.id, other.rule.id);

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
