import * as fc from 'fast-check';
import { expect } from 'vitest';
import { type Compared, compareAnswers, compareRequests } from './agreement.ts';
import { answerInput, requestInput } from './material.ts';

/** What a run has seen: so many inputs, messages that were forwarded, and inputs with a fault. */
export type Counts = { inputs: number; messages: number; faults: number };

/** Node reads what the agent forwards as the same messages, and stumbles over none of it. */
export const expectAgreement = ({ agent, node, nodeFault }: Compared): void => {
  expect({ messages: node, fault: nodeFault }).toEqual({ messages: agent, fault: undefined });
};

type Fuzz = (seed: number, runs: number, counts: Counts) => Promise<void>;

const fuzz =
  <Input>(input: fc.Arbitrary<Input>, compare: (input: Input) => Promise<Compared>): Fuzz =>
  (seed, numRuns, counts) =>
    fc.assert(
      fc.asyncProperty(input, async (bytes) => {
        const compared = await compare(bytes);
        counts.inputs += 1;
        counts.messages += compared.agent.length;
        if (compared.agentFault !== undefined) counts.faults += 1;
        expectAgreement(compared);
      }),
      { seed, numRuns },
    );

/** Throws with the seed and the smallest counterexample that it finds. */
export const fuzzRequests: Fuzz = fuzz(requestInput, compareRequests);

/** Likewise. */
export const fuzzAnswers: Fuzz = fuzz(answerInput, compareAnswers);
