import { UserError } from '../base/errors.ts';
import { type Answer, type Hop, inCluster, lineOf, onLaptop } from './shop/answer.ts';
import { serviceNames } from './shop-processes.ts';

/** What an answer must be, in one sentence, and whether it is. */
type Expectation = { readonly words: string; readonly holds: (answer: Answer) => boolean };

/** All three services in the cluster, and no mark of ours on anything. */
export const fromCluster: Expectation = {
  words: 'pricing (cluster), 19.90, without x-byway-served-by',
  holds: ({ total, hops }) =>
    total === '19.90' &&
    names(hops) === serviceNames.join() &&
    hops.every((hop) => isUntouched(hop)),
};

/** Web and cart as ever, and pricing on the laptop, marked by its agent. */
export const fromLaptop: Expectation = {
  words: 'pricing@laptop (you), 17.91, with x-byway-served-by: pricing@LAPTOP',
  holds: ({ total, hops }) => {
    const [web, cart, pricing] = hops;
    return (
      total === '17.91' &&
      names(hops) === serviceNames.join() &&
      isUntouched(web) &&
      isUntouched(cart) &&
      pricing?.servedBy === onLaptop('pricing') &&
      /^pricing@./.test(pricing.byway ?? '')
    );
  },
};

/** Throws a `UserError` that says what was expected and what came, and `because` before it. */
export const expectAnswer = (
  answer: Answer,
  { words, holds }: Expectation,
  because?: string,
): void => {
  if (holds(answer)) return;
  const reason = because === undefined ? [] : [because];
  const came = [lineOf(answer), ...marks(answer)];
  throw new UserError([...reason, `Expected ${words},`, 'but got:', ...came].join('\n  '));
};

const names = (hops: readonly Hop[]): string => hops.map(({ name }) => name).join();

const isUntouched = (hop: Hop | undefined): boolean =>
  hop !== undefined && hop.servedBy === inCluster(hop.name) && hop.byway === null;

const marks = ({ hops }: Answer): readonly string[] => {
  const marked = hops.filter(({ byway }) => byway !== null);
  if (marked.length === 0) return ['without x-byway-served-by'];
  return marked.map(({ name, byway }) => `${name}: x-byway-served-by: ${byway}`);
};
