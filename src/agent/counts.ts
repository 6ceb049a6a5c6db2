import type { CallerFault, PassReason, RuleCounts } from '../protocol/reports.ts';

// One for all rules that have none, of which there may be very many.
const none: Readonly<Record<string, number>> = {};

/** Counts of one rule on this agent; the fields mean what `RuleCounts` says. */
export class Counter {
  matched = 0;
  diverted = 0;
  answered = 0;
  passed: Readonly<Record<string, number>> = none;
  failed: Readonly<Record<string, number>> = none;
  /** Set by every change, cleared by whoever reports. */
  changed = false;

  match(): void {
    this.matched += 1;
    this.changed = true;
  }

  divert(): void {
    this.diverted += 1;
    this.changed = true;
  }

  answer(): void {
    this.answered += 1;
    this.changed = true;
  }

  pass(reason: PassReason): void {
    this.passed = { ...this.passed, [reason]: (this.passed[reason] ?? 0) + 1 };
    this.changed = true;
  }

  fail(reason: PassReason | CallerFault): void {
    this.failed = { ...this.failed, [reason]: (this.failed[reason] ?? 0) + 1 };
    this.changed = true;
  }

  snapshot(seen: number): RuleCounts {
    const { matched, diverted, answered } = this;
    const { passed, failed } = this;
    return { seen, matched, diverted, answered, passed, failed };
  }
}
