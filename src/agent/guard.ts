import type { Guards } from '../protocol/guards.ts';
import type { PassReason } from '../protocol/reports.ts';
import type { Rule } from '../protocol/rules.ts';

const windowMilliseconds = 1_000;

// One for all rules without a rate, of which there may be very many.
const noTimes = new Float64Array(0);

/**
 * What one rule sends to its laptop, from this agent: how many requests are under way, and when the
 * latest were begun. Lives as long as the rule's counts.
 */
export class Load {
  /** Requests under way to the laptop. */
  inFlight = 0;
  /** When each of the last `maxRps` requests was begun; the next one takes the oldest's place. */
  private begun: Float64Array = noTimes;
  private oldest = 0;

  /** Counts one more request to the laptop unless it would be too many; `leave` goes with it. */
  enter({ maxInFlight, maxRps }: Guards, now: number = performance.now()): boolean {
    if (maxInFlight !== undefined && this.inFlight >= maxInFlight) return false;
    if (maxRps !== undefined && !this.inTime(maxRps, now)) return false;
    this.inFlight += 1;
    return true;
  }

  leave(): void {
    this.inFlight -= 1;
  }

  // In any second, wherever it starts, there are no more than `most`.
  private inTime(most: number, now: number): boolean {
    if (this.begun.length !== most) {
      this.begun = new Float64Array(most).fill(Number.NEGATIVE_INFINITY);
      this.oldest = 0;
    }
    if (now - (this.begun[this.oldest] as number) < windowMilliseconds) return false;
    this.begun[this.oldest] = now;
    this.oldest = (this.oldest + 1) % most;
    return true;
  }
}

const noGuards: Guards = {};

export const guardsOf = ({ guards }: Rule): Guards => guards ?? noGuards;

/**
 * Lets a matched request go to the laptop (undefined; then `load.leave` must follow once), or says
 * why it may not. Then not a byte of it was written to the local app.
 */
export const admit = ({
  rule,
  load,
}: {
  readonly rule: Rule;
  readonly load: Load;
}): PassReason | undefined => {
  if (rule.state !== 'active') return 'laptop_gone';
  return load.enter(guardsOf(rule)) ? undefined : 'too_many';
};
