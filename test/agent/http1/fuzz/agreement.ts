import {
  type Forwarded,
  forwardAnswer,
  forwardRequests,
  understandAnswers,
  understandRequests,
} from './agent-reading.ts';
import { forNode } from './differences.ts';
import { type AnswerInput, type Input, pieces } from './material.ts';
import { nodeReadsAnswers, nodeReadsRequests } from './node-reading.ts';
import type { Reading } from './reading.ts';

/** Both readings of what the agent forwards of some bytes. */
export type Compared = {
  readonly agent: Reading['messages'];
  readonly node: Reading['messages'];
  /** Why Node reads no further, though the agent forwards it. */
  readonly nodeFault: string | undefined;
  /** Why the agent forwards no further. */
  readonly agentFault: string | undefined;
};

/** Reads requests with the agent, and what it forwards of them with Node. */
export const compareRequests = async (input: Input): Promise<Compared> => {
  const { messages, fault: agentFault } = forwardRequests(pieces(input));
  const changed = messages.map(forNode);
  const { messages: node, fault: nodeFault } = await nodeReadsRequests(together(changed));
  return { agent: understandRequests(changed), node, nodeFault, agentFault };
};

// Requests in one piece as far as the agent sends them so. Node drops what comes in the same piece
// behind a request that asks for another protocol; the agent waits for the answer there.
const together = (messages: readonly Forwarded[]): readonly string[] => {
  const all: string[] = [];
  let last = '';
  for (const { head, body, switches } of messages) {
    last += head + body;
    if (!switches) continue;
    all.push(last);
    last = '';
  }
  return [...all, last];
};

/** Reads an answer with the agent, and what it forwards of it with Node. */
export const compareAnswers = async ({
  method,
  thenEnd,
  ...input
}: AnswerInput): Promise<Compared> => {
  const { messages, switched, complete, fault } = forwardAnswer(method, pieces(input), thenEnd);
  const end = thenEnd && complete;
  // Node takes every answer to CONNECT for the start of a tunnel, also an interim one.
  const isTunnel = method === 'CONNECT' && switched;
  const asked = method === 'CONNECT' && !isTunnel ? 'GET' : method;
  const changed = (isTunnel ? messages.slice(-1) : messages).map(forNode);
  const bytes = changed.map(({ head, body }) => head + body).join('');
  const { messages: node, fault: nodeFault } = await nodeReadsAnswers(asked, bytes, end);
  return { agent: understandAnswers(asked, changed), node, nodeFault, agentFault: fault };
};
