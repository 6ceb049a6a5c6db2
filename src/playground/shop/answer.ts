import * as v from 'valibot';

/** One service on the way of a request. */
export type Hop = {
  readonly name: string;
  /** How it names itself: `pricing (cluster)` or `pricing@laptop (you)`. */
  readonly servedBy: string;
  /** `x-byway-served-by` on its answer as its caller saw it; null without, and for the first hop. */
  readonly byway: string | null;
};

/** What every service of the shop answers; the first hop is the one that was asked. */
export type Answer = {
  /** With two digits after the point, so that nobody rounds it. */
  readonly total: string;
  readonly currency: string;
  readonly hops: readonly [Hop, ...Hop[]];
};

/** What a service of your own may answer in place of one of this shop. */
export type Saying = {
  /** The start of its answer, in one line. */
  readonly said: string;
  readonly hops: readonly [Hop, ...Hop[]];
};

const text: v.GenericSchema<unknown, string> = v.pipe(v.string(), v.maxLength(200));
const hop: v.GenericSchema<unknown, Hop> = v.object({
  name: text,
  servedBy: text,
  byway: v.nullable(text),
});

export const answerSchema: v.GenericSchema<unknown, Answer> = v.object({
  total: v.pipe(v.string(), v.regex(/^\d{1,9}\.\d\d$/)),
  currency: text,
  hops: v.pipe(v.tupleWithRest([hop], hop), v.maxLength(10)),
});

/** What a service answers when the one behind it failed. */
export type Failure = { readonly error: string; readonly failedHop: string };

export const failureSchema: v.GenericSchema<unknown, Failure> = v.object({
  error: v.pipe(v.string(), v.maxLength(1000)),
  failedHop: text,
});

/** How a service in the cluster names itself. */
export const inCluster = (name: string): string => `${name} (cluster)`;

/** How a service on a laptop names itself. */
export const onLaptop = (name: string): string => `${name}@laptop (you)`;

/** The answer as a person sees it: of this shop's own services, in at most 77 columns. */
export const lineOf = (answer: Answer | Saying): string => {
  const { hops } = answer;
  const words = 'said' in answer ? `"${answer.said}"` : `total ${answer.total}`;
  const way = hops.map(({ name }) => name).join(' → ');
  const elsewhere = hops.filter(({ name, servedBy }) => servedBy !== inCluster(name));
  const worthNaming = elsewhere.length === 0 ? hops.slice(-1) : elsewhere;
  const servers = worthNaming.map(({ servedBy }) => servedBy).join(', ');
  return `${way.padEnd(28)}${words.padEnd(17)}  served by ${servers}`;
};
