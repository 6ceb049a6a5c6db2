import { setTimeout as sleep } from 'node:timers/promises';
import { withDeadline } from '../base/deadline.ts';
import { UserError } from '../base/errors.ts';
import { duration, shortKey } from '../cli/wording/figures.ts';
import { endInWords } from './child.ts';
import type { Running } from './children.ts';
import { expectAnswer, fromCluster, fromLaptop } from './expect.ts';
import {
  type Interception,
  interceptPricing,
  leavePricing,
  openLaptop,
  yourPricingName,
} from './laptop.ts';
import {
  hasCurl,
  keyOf,
  pagePath,
  requestByCurl,
  requestWithHeaders,
  requestWithoutKey,
} from './requests.ts';
import { type Answer, lineOf } from './shop/answer.ts';
import type { Shop } from './shop-processes.ts';

const leaveMilliseconds = 10_000;
const pauseMilliseconds = 50;

/** What a step showed: lines for a person, and fields for a program. */
export type Outcome = {
  readonly lines: readonly string[];
  readonly facts: Readonly<Record<string, unknown>>;
};

export type Step = {
  readonly title?: string;
  readonly command: string;
  /** Does it and checks it. Rejects with a `UserError` when something is not as it must be. */
  readonly play: () => Promise<Outcome>;
};

/** Makes the laptop ready. Resolves with the five steps, to be played in order. */
export const planTour = async (shop: Shop): Promise<readonly Step[]> => {
  const { port, pricing } = await openLaptop(shop);
  const page = `localhost:${shop.ports.web}${pagePath}`;
  const running: { session?: Running; loss?: string } = {};
  void pricing.ended.then((end) => {
    running.loss = endInWords(yourPricingName, end);
  });
  return [
    {
      title: 'A request as everyone sends it',
      command: `curl ${page}`,
      play: () => asEveryone(shop),
    },
    {
      title: 'Your own pricing, on your laptop',
      command: `byway intercept pricing --port ${port}`,
      play: async () => {
        const { session, ...measured } = await interceptPricing(shop, port);
        running.session = session;
        const { lines, facts } = inWords(port, shortKey(await keyOf(shop)), measured);
        return { lines, facts: { ...facts, pid: pricing.pid } };
      },
    },
    {
      title: 'The same request with your key, three services deep',
      command: `byway curl ${page}`,
      play: () => withKey(shop, () => running.loss),
    },
    { title: 'Everyone else', command: `curl ${page}`, play: () => asEveryone(shop) },
    {
      command: 'byway leave pricing',
      play: async () => {
        const lines = await leavePricing(shop);
        await assertLeft(shop, running.session);
        await pricing.kill();
        return { lines, facts: { left: 'pricing' } };
      },
    },
  ];
};

const asEveryone = async (shop: Shop): Promise<Outcome> => {
  const answer = await requestWithoutKey(shop);
  expectAnswer(answer, fromCluster);
  return { lines: [lineOf(answer)], facts: factsOf(answer) };
};

/** `lossOf` tells in words that your pricing has ended; then the pod answers, which is shown. */
const withKey = async (shop: Shop, lossOf: () => string | undefined): Promise<Outcome> => {
  const curl = await hasCurl();
  const answer = await (curl ? requestByCurl(shop) : requestWithHeaders(shop));
  expectAnswer(answer, fromLaptop, lossOf());
  const instead = 'There is no curl here; the tour has sent your key in its own request.';
  return { lines: [lineOf(answer), ...(curl ? [] : [instead])], facts: factsOf(answer) };
};

const factsOf = ({ total, hops }: Answer): Outcome['facts'] => {
  const last = hops.at(-1);
  return { total, servedBy: last?.servedBy, byway: last?.byway };
};

type Measured = Omit<Interception, 'session'>;

const inWords = (port: number, key: string, { readyMs, legsMs }: Measured): Outcome => {
  const { agent, tunnel, local } = legsMs;
  if (local === null) throw new UserError(`The probe found nobody on localhost:${port}.`);
  const legs = `agent ${duration(agent)}, tunnel ${duration(tunnel)}, you ${duration(local)}`;
  return {
    lines: [`ready in ${duration(readyMs)}    your key ${key}`, `probe: ${legs}`],
    facts: { port, readyMs: Math.round(readyMs), legsMs },
  };
};

/** The session has ended by itself, and requests with the key get the cluster's pricing. */
const assertLeft = async (shop: Shop, session: Running | undefined): Promise<void> => {
  const late = 'byway intercept pricing was left and did not end within 10 s.';
  const end = await withDeadline(Promise.resolve(session?.ended), leaveMilliseconds, late);
  if (end?.code !== 0) throw new UserError(`byway intercept pricing ended with ${end?.code}.`);
  const until = performance.now() + leaveMilliseconds;
  // The agent hears of it a moment after the manager has answered.
  for (;;) {
    const answer = await requestWithHeaders(shop);
    if (fromCluster.holds(answer)) return;
    if (performance.now() > until) expectAnswer(answer, fromCluster);
    await sleep(pauseMilliseconds);
  }
};
