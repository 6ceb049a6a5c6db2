import { describe, expect, test } from 'vitest';
import { compareAnswers, compareRequests } from './agreement.ts';
import { answerCounterexamples, requestCounterexamples } from './counterexamples.ts';
import { type Counts, expectAgreement, fuzzAnswers, fuzzRequests } from './run.ts';

// `npm run soak -- fuzz` sets these; the ordinary run is short and always the same.
const seconds = Number(process.env['BYWAY_FUZZ_SECONDS'] ?? 0);
const seed = Number(process.env['BYWAY_FUZZ_SEED'] ?? 20_261_121);
const runs = 2000;

const none = (): Counts => ({ inputs: 0, messages: 0, faults: 0 });

describe('whatever the agent forwards, Node reads as the same messages', () => {
  test('in damaged requests', async () => {
    const counts = none();
    await fuzzRequests(seed, runs, counts);
    expect(counts.messages).toBeGreaterThan(runs / 2);
    expect(counts.faults).toBeGreaterThan(runs / 4);
  });

  test('in damaged answers', async () => {
    const counts = none();
    await fuzzAnswers(seed, runs, counts);
    expect(counts.messages).toBeGreaterThan(runs / 2);
    expect(counts.faults).toBeGreaterThan(runs / 4);
  });

  test.each(requestCounterexamples)('in requests of %s', async (_, input) => {
    expectAgreement(await compareRequests(input));
  });

  test.each(answerCounterexamples)('in answers of %s', async (_, input) => {
    expectAgreement(await compareAnswers(input));
  });
});

test.runIf(seconds > 0)('and goes on to do so', { timeout: (seconds + 120) * 1000 }, async () => {
  const end = Date.now() + seconds * 1000;
  const [requests, answers] = [none(), none()];
  let next = seed;
  try {
    while (Date.now() < end) {
      await fuzzRequests(next, runs, requests);
      await fuzzAnswers(next, runs, answers);
      next += 1;
    }
  } finally {
    console.log(`seeds ${seed} to ${next}`);
    for (const [name, counts] of Object.entries({ requests, answers })) {
      const { inputs, messages, faults } = counts;
      console.log(
        `${name}: ${inputs} inputs, ${messages} messages forwarded, ${faults} with a fault`,
      );
    }
  }
});
