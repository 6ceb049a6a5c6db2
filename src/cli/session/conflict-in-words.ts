import { smallestChange } from '../../protocol/match/conflict.ts';
import type { Match } from '../../protocol/match.ts';
import type { Problem } from '../../protocol/problem.ts';
import { moment } from '../wording/figures.ts';
import { matchInWords } from '../wording/match.ts';
import { matchFlags, ruleFlags } from '../wording/match-flags.ts';
import { plain } from '../wording/plain.ts';
import { wrapped } from '../wording/wrap.ts';
import { type InterceptPlan, portFlag } from './plan.ts';

type Conflict = NonNullable<Problem['conflict']>;

const columns = 78;

/**
 * Both rules, a request that both match, and every way out with what to type. `theirs` is undefined
 * when it is gone by now.
 */
export const conflictInWords = (
  plan: InterceptPlan,
  user: string,
  conflict: Conflict,
  theirs: Match | undefined,
  hint: string | undefined,
): string => {
  const { owner, expiresAt, witness } = conflict;
  const own = owner === user;
  const until = expiresAt === null ? '' : `   until ${moment(new Date(expiresAt), new Date())}`;
  const match = theirs === undefined ? 'gone by now' : matchInWords(theirs, own ? 'your' : 'their');
  const whose = own ? 'Other' : `${capitalised(plain(owner))}'s`;
  const width = Math.max(whose.length, 5) + 3;
  return [
    ...wrapped(`${'Yours'.padEnd(width)}${matchInWords(plan.match)}`, 0, width, columns),
    ...wrapped(`${whose.padEnd(width)}${match}${until}`, 0, width, columns),
    witness.length === 0
      ? 'Both may match the same request: the rules are too large to tell.'
      : `Both match, for example   ${exampleInWords(witness)}`,
    ...moreInWords(conflict),
    ...keepApart(plan, theirs),
    command('Replace      ', plan, [ruleFlags(plan.match), '--take-over'], toldInWords(own, owner)),
    ...adviceOf(own, hint),
  ].join('\n');
};

const adviceOf = (own: boolean, hint: string | undefined): readonly string[] => {
  if (hint === undefined) return [];
  const usual = 'Use your key, which never conflicts';
  if (hint.startsWith(usual)) return [`Or ${hint.charAt(0).toLowerCase()}${hint.slice(1)}`];
  return own && hint.startsWith('byway') ? [`End it       ${hint}`] : [hint];
};

const toldInWords = (own: boolean, owner: string): string =>
  own ? '(the other session is told)' : `(${plain(owner)} is told)`;

const capitalised = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

const moreInWords = ({ all = [] }: Conflict): readonly string[] => {
  const more = all.length - 1;
  if (more < 1) return [];
  return [`${more} more ${more === 1 ? 'is' : 'are'} in the way   byway list --all`];
};

/** `GET /price?debug=1   x-tenant: acme` from the lines that the manager names. */
const exampleInWords = (witness: readonly string[]): string => {
  const place = (name: string): string | undefined =>
    witness.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
  const query = witness.filter((line) => line.startsWith('?')).map((line) => line.slice(1));
  const path = place('path');
  const method = place('method');
  const others = witness.filter((line) => !/^(?:path: |method: |\?)/.test(line));
  const isPlain = path === undefined && method === undefined && query.length === 0;
  const tail = query.length === 0 ? '' : `?${query.join('&')}`;
  const line = isPlain ? [] : [`${method ?? 'GET'} ${path ?? '/'}${tail}`];
  return [...line, ...others].map(plain).join('   ');
};

const keepApart = (plan: InterceptPlan, theirs: Match | undefined): readonly string[] => {
  if (theirs === undefined || 'key' in theirs || 'key' in plan.match) return [];
  const changed = smallestChange(plan.match.all, theirs.all);
  return changed === undefined ? [] : [command('Keep apart   ', plan, [matchFlags(changed)], '')];
};

/** A command to type, on two lines when it is too long for one. */
const command = (
  label: string,
  plan: InterceptPlan,
  flags: readonly string[],
  note: string,
): string => {
  const start = `${label}byway intercept ${plan.name}${portFlag(plan)}`;
  const rest = flags.filter((flag) => flag !== '').join(' ');
  const tail = note === '' ? '' : `   ${note}`;
  const whole = `${start} ${rest}${tail}`;
  if (whole.length <= columns) return whole;
  const isShort = start.length + 1 + rest.length <= columns;
  if (isShort) return `${start} ${rest}\n${' '.repeat(label.length)}${note}`;
  // A long one begins further left rather than going over the edge.
  const room = columns - rest.length - tail.length;
  const indent = Math.min(label.length + 2, Math.max(2, room));
  return `${start} \\\n${' '.repeat(indent)}${rest}${tail}`;
};
