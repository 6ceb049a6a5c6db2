import type { Paint } from '../paint.ts';
import { plain } from '../wording/plain.ts';
import type { Comparison, Difference } from './compare-answers.ts';

const shownMax = 100;
const valueCharactersMax = 200;

/** A comparison for people: `-` is the cluster's side, `+` the local one. */
export const comparisonText = (comparison: Comparison, paint: Paint): string => {
  const { differences, count, truncated, same } = comparison;
  const shown = differences.slice(0, shownMax).flatMap((one) => linesOf(one, paint));
  const more = count - Math.min(differences.length, shownMax);
  return [
    ...(same ? ['Both answers are the same.'] : ['- cluster   + local', ...shown]),
    ...(more > 0 ? [`… and ${more} more`] : []),
    ...(truncated ? ['Only the first part of a body was kept; the rest was not compared.'] : []),
  ].join('\n');
};

const linesOf = (difference: Difference, paint: Paint): readonly string[] => {
  const { bad, good } = paint;
  if (difference.in === 'text') {
    const { side, line, text } = difference;
    const shown = `${String(line).padStart(5)}  ${short(text)}`;
    return [side === 'local' ? good(`+ ${shown}`) : bad(`- ${shown}`)];
  }
  const { local, cluster } = difference;
  return [
    `  ${placeOf(difference)}`,
    ...(cluster === null ? [] : [bad(`-   ${short(String(cluster))}`)]),
    ...(local === null ? [] : [good(`+   ${short(String(local))}`)]),
  ];
};

const placeOf = (difference: Exclude<Difference, { readonly in: 'text' }>): string => {
  if (difference.in === 'header') return `header ${plain(difference.name)}`;
  return difference.in === 'json' ? plain(difference.path) : difference.in;
};

const short = (text: string): string => {
  const safe = plain(text);
  return safe.length > valueCharactersMax ? `${safe.slice(0, valueCharactersMax - 1)}…` : safe;
};
