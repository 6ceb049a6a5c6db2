import { textOf } from '../../protocol/match/octets.ts';
import type { RequestFields } from '../../protocol/match/request-fields.ts';
import { targetParts } from '../../protocol/match/target.ts';
import { nearMissAgeMs, nearMissMethodCharactersMax, shownPath } from '../../protocol/near-miss.ts';
import { Recent } from '../../protocol/recent.ts';
import type { Sighting } from '../../protocol/sighting.ts';
import type { PortRules, RuleTable } from '../rule-table.ts';
import { Evaluation, type Found } from './evaluate.ts';
import { budgetMs, burstMs, keptMax, keptPerRuleMax, looksPerSecond } from './limits.ts';
import { type TraceTest, traceTestOf } from './port-traces.ts';

/** Is shown the requests that no rule took. */
export type Curious = {
  /** Whether it wants to see one with that key; costs next to nothing. */
  readonly wants: (key: string | undefined) => boolean;
  readonly look: (
    rules: PortRules,
    port: number,
    fields: RequestFields,
    key: string | undefined,
  ) => void;
};

type Kept = Omit<Sighting, 'agoMs'> & { readonly at: number; readonly kind: string; sent: boolean };

/**
 * The requests that came close to a rule of this agent lately: a few, for a minute, and never more
 * work for them than a small part of each second. Whoever reports calls `refill` once a second.
 */
export class NearMisses implements Curious {
  /** Since the start, by reason. */
  readonly counts: Map<string, number> = new Map();
  /** Requests that were not looked into, because there were too many. */
  overlooked = 0;
  private readonly table: RuleTable;
  private readonly now: () => number;
  private readonly recent = new Recent<Kept>({
    each: keptPerRuleMax,
    all: keptMax,
    ageMs: nearMissAgeMs,
  });
  private readonly evaluation = new Evaluation();
  private readonly asked = new Set<string>();
  private traces = new WeakMap<PortRules, TraceTest>();
  private tracesOf = -1;
  private looks = looksPerSecond;
  private spentMs = 0;
  private number = 0;

  /** `now` is a clock in milliseconds that never goes back. */
  constructor(table: RuleTable, now: () => number = () => performance.now()) {
    this.table = table;
    this.now = now;
  }

  readonly wants = (key: string | undefined): boolean => this.looks > 0 || key !== undefined;

  readonly look = (
    rules: PortRules,
    port: number,
    fields: RequestFields,
    key: string | undefined,
  ): void => {
    if (this.looks > 0) this.looks -= 1;
    if (key === undefined && !this.traceTest(rules)(fields)) return;
    if (this.spentMs >= burstMs) {
      this.overlooked += 1;
      return;
    }
    const begun = this.now();
    const found = this.evaluation.find(rules, fields, key);
    if (found.length > 0) this.keep(found, port, fields, begun);
    this.spentMs += this.now() - begun;
  };

  /** Another second has begun. */
  refill(): void {
    this.looks = looksPerSecond;
    this.spentMs = Math.max(0, this.spentMs - budgetMs);
    this.recent.expire(this.now());
  }

  /** The manager has someone who looks at these rules, or has not any more. */
  ask(ids: readonly string[], wanted: boolean): void {
    for (const id of ids) {
      if (!wanted) this.asked.delete(id);
      else if (this.table.get(id) !== undefined) this.asked.add(id);
      for (const name of wanted ? this.namesOf(id) : []) this.unsend(name);
    }
  }

  /** A new connection of the manager's, which asks anew. */
  forgetAsked(): void {
    this.asked.clear();
  }

  hasNews(): boolean {
    return this.asked.size > 0 && this.unsent().length > 0;
  }

  /** At most so many that were asked for and not told yet; they count as told. */
  take(most: number): readonly Sighting[] {
    const now = this.now();
    return this.unsent()
      .slice(0, most)
      .map((item) => {
        item.sent = true;
        const { at, kind: _kind, sent: _sent, ...told } = item;
        return { ...told, agoMs: Math.min(Math.round(now - at), nearMissAgeMs) };
      });
  }

  /** They did not arrive. */
  giveBack(sightings: readonly Sighting[]): void {
    const numbers = new Set(sightings.map(({ number }) => number));
    for (const name of this.recent.names()) {
      for (const item of this.recent.of(name, this.now())) {
        if (numbers.has(item.number)) item.sent = false;
      }
    }
  }

  private unsent(): readonly Kept[] {
    if (this.asked.size === 0) return [];
    const now = this.now();
    return [...this.recent.names()].flatMap((name) => {
      const items = this.recent.of(name, now).filter(({ sent }) => !sent);
      return items.length > 0 && this.isAsked(name) ? items : [];
    });
  }

  private isAsked(name: string): boolean {
    if (this.asked.has(name)) return true;
    if (!name.startsWith(portName(''))) return false;
    for (const id of this.asked) if (this.namesOf(id).includes(name)) return true;
    return false;
  }

  /** What is kept for a rule, and for keys that nobody has where it waits for one. */
  private namesOf(id: string): readonly string[] {
    const rule = this.table.get(id)?.rule;
    if (rule === undefined) return [];
    return 'keySha256' in rule.match ? [id, portName(rule.port)] : [id];
  }

  private unsend(name: string): void {
    for (const item of this.recent.of(name, this.now())) item.sent = false;
  }

  private traceTest(rules: PortRules): TraceTest {
    if (this.tracesOf !== this.table.changes) this.traces = new WeakMap();
    this.tracesOf = this.table.changes;
    const test = this.traces.get(rules) ?? traceTestOf(rules);
    this.traces.set(rules, test);
    return test;
  }

  private keep(found: readonly Found[], port: number, fields: RequestFields, at: number): void {
    const method = fields.method.slice(0, nearMissMethodCharactersMax);
    const path = shownPath(textOf(targetParts(fields.target).path));
    for (const one of found) {
      const { reason, rule, predicate } = one;
      this.counts.set(reason, (this.counts.get(reason) ?? 0) + 1);
      this.number += 1;
      const item = { ...one, number: this.number, port, method, path };
      const kind = `${predicate ?? 'key'} ${reason}`;
      this.recent.add(rule ?? portName(port), { ...item, at, kind, sent: false });
    }
  }
}

const portName = (port: number | ''): string => `port ${port}`;
