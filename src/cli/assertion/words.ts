import type { Condition } from '../../protocol/match.ts';
import { count, duration } from '../wording/figures.ts';
import { matchInWords } from '../wording/match.ts';
import { plain } from '../wording/plain.ts';
import type { Arrival } from './arrivals-question.ts';
import type { Assertion, Verdict } from './judge.ts';
import { statusesInWords } from './status-ranges.ts';

/** What the manager counted for the intercepts, of all requests that reached the service. */
export type Reached = { readonly seen: number; readonly matched: number };

/** Requests named in one sentence. */
const namedMax = 5;

/** What is asserted: `at least 1 request where path = "/x" and status is 2xx`. */
export const assertionInWords = ({ question, min, max }: Assertion): string => {
  const { conditions, statuses } = question;
  const parts = [
    ...(conditions.length === 0 ? [] : [conditionsInWords(conditions)]),
    ...(statuses.length === 0 ? [] : [`status is ${statusesInWords(statuses)}`]),
  ];
  const requests = `${amountInWords(min, max)}${max === 1 || (max === undefined && min === 1) ? ' request' : ' requests'}`;
  return parts.length === 0 ? requests : `${requests} where ${parts.join(' and ')}`;
};

const conditionsInWords = (conditions: readonly Condition[]): string =>
  matchInWords({ all: [...conditions] });

const amountInWords = (min: number, max: number | undefined): string => {
  if (max === undefined) return `at least ${count(min)}`;
  if (max === 0) return 'no';
  if (min === max) return `exactly ${count(min)}`;
  return min === 0 ? `at most ${count(max)}` : `${count(min)} to ${count(max)}`;
};

/** What did arrive, and what that may mean: the first line, then lines that explain it. */
export const verdictInWords = (
  assertion: Assertion,
  { tally, gone, tookMs }: Verdict,
  reached: Reached | undefined,
): readonly string[] => {
  const { matched, others, passed, forgotten, matching, differing, close } = tally;
  const lines: string[] = [
    `${count(matched)} such ${matched === 1 ? 'request' : 'requests'} arrived${assertion.withinMs === 0 ? '' : ` in ${duration(tookMs)}`}${list(matching)}`,
  ];
  if (others > 0) {
    lines.push(`${count(others)} ${others === 1 ? 'other' : 'others'} arrived${list(differing)}`);
  }
  if (passed > 0) {
    lines.push(`${count(passed)} went to the pod, because nothing listened on your port.`);
  }
  if (gone) lines.push('The session ended before the time was over.');
  if (forgotten > 0) lines.push(`${count(forgotten)} earlier ones are no longer known.`);
  lines.push(
    ...close.map((one) => `Close: ${one.method} ${plain(one.path)}: ${plain(one.detail)}.`),
  );
  if (matched + others + passed === 0) lines.push(...nothingInWords(reached));
  return lines;
};

/** One request for people. */
export const arrivalInWords = ({ method, path, status }: Arrival): string =>
  `${method} ${plain(path)} ${status}`;

const list = (arrivals: readonly Arrival[]): string => {
  if (arrivals.length === 0) return '.';
  const shown = arrivals.slice(-namedMax).map(arrivalInWords);
  const more = arrivals.length > namedMax ? 'the last: ' : '';
  return `: ${more}${shown.join(', ')}.`;
};

const nothingInWords = (reached: Reached | undefined): readonly string[] => {
  if (reached === undefined || reached.matched > 0) return [];
  if (reached.seen === 0) {
    return ['No request reached the service at all. Did the test send one, to the right address?'];
  }
  const { seen } = reached;
  return [
    `${count(seen)} ${seen === 1 ? 'request' : 'requests'} reached the service meanwhile, and none matched your rule.`,
    'Does a service on the way drop the key? Each must pass on x-byway-id, or baggage.',
  ];
};
