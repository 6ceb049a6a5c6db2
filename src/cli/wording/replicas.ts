import type { InterceptDetail } from '../../protocol/intercepts.ts';
import { countsInWords } from './counts.ts';

/** The funnel agent by agent, those that are gone together; empty where one agent has it all. */
export const replicasInWords = (
  replicas: InterceptDetail['replicas'],
  always: boolean,
): readonly string[] => {
  if (replicas === undefined) return [];
  const { connected, others } = replicas;
  if (connected.length < 2 && !always) return [];
  const hasOthers = others.seen > 0 || others.matched > 0;
  return [
    ...connected.map(({ agent, counts }) => `    ${shortAgent(agent)}  ${countsInWords(counts)}`),
    ...(hasOthers ? [`    ${'others'.padEnd(shownCharacters)}  ${countsInWords(others)}`] : []),
  ];
};

const shownCharacters = 9;

const shortAgent = (agent: string): string => agent.slice(0, shownCharacters);
