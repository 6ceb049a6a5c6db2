import type { Successor } from '../../protocol/intercepts.ts';
import type { Match } from '../../protocol/match.ts';
import { matchInWords } from './match.ts';
import { ruleFlags } from './match-flags.ts';
import { plain } from './plain.ts';

type Lost = {
  /** The workload's name, and the port on this machine. */
  readonly name: string;
  readonly port: number;
  readonly match: Match;
};

/** That somebody took over, what that means for traffic, and both ways on. */
export const takenOverInWords = (
  { name, port, match }: Lost,
  by: string,
  successor: Successor | undefined,
): string => {
  const who = plain(by);
  const rule = successor === undefined ? '' : ` (${matchInWords(successor.match, 'their')})`;
  const command = `byway intercept ${name} --port ${port}`;
  const flags = ruleFlags(match);
  return [
    `${who} took over ${name}${rule}; your intercept ended.`,
    `  What that matches goes to ${who} now, everything else to the pod.`,
    ...('key' in match ? [] : [`  With your key nobody is in the way   ${command}`]),
    `  Take it back   ${command}${flags === '' ? '' : ` ${flags}`} --take-over`,
  ].join('\n');
};
