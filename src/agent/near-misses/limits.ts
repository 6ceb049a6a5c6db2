// What looking for near misses may cost an agent; all of it is refilled once a second.

/** Requests without a key that are looked at more closely in a second: under 1 µs each. */
export const looksPerSecond = 500;
/** Milliseconds of each second for finding out why requests were not taken; debts are paid off. */
export const budgetMs = 2;
/** Milliseconds that may be spent at once after a quiet time: the first ones are the dearest. */
export const burstMs = 30;
/** General rules that one request is held against; the next request goes on behind them. */
export const rulesPerRequestMax = 16;
/** Near misses that are kept for one rule, and for all. */
export const keptPerRuleMax = 16;
export const keptMax = 512;
