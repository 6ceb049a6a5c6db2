import * as v from 'valibot';
import { UserError } from '../base/errors.ts';
import { endInWords } from './child.ts';
import type { Running } from './children.ts';
import { choosePort, freePort } from './ports.ts';
import { loggedIn } from './requests.ts';
import type { Shop } from './shop-processes.ts';

/** Where your pricing is unless something else is there. */
const usualPort = 4000;

/** For people. */
export const yourPricingName = 'Your pricing';

/** Starts the fourth service, "your pricing". The shop does without it when it ends. */
export const startYourPricing = ({ children }: Shop, port: number): Promise<Running> =>
  children.start({
    name: yourPricingName,
    program: 'your-pricing',
    environment: { PORT: `${port}` },
    mayEnd: true,
  });

/** Your pricing, and the port on which it listens. */
export type Laptop = { readonly port: number; readonly pricing: Running };

/**
 * Starts "your pricing" on the chosen port, or on a free one when something comes there meanwhile.
 * Rejects with a `UserError`.
 */
export const openLaptop = async (
  shop: Shop,
  choose: () => Promise<number> = () => choosePort(usualPort),
): Promise<Laptop> => {
  const port = await choose();
  try {
    return { port, pricing: await startYourPricing(shop, port) };
  } catch {
    // Unless it was the port, the second failure is the same and tells.
    const other = await freePort();
    return { port: other, pricing: await startYourPricing(shop, other) };
  }
};

/** Milliseconds of each leg of the probe; `local` is null when nothing listened there. */
export type Legs = {
  readonly agent: number;
  readonly tunnel: number;
  readonly local: number | null;
};

const readySchema: v.GenericSchema<unknown, { readonly legsMs: Legs }> = v.object({
  legsMs: v.object({ agent: v.number(), tunnel: v.number(), local: v.nullable(v.number()) }),
});

export type Interception = {
  readonly session: Running;
  /** From typing the command to "ready". */
  readonly readyMs: number;
  readonly legsMs: Legs;
};

/** Runs the real `byway intercept pricing` until it is ready; it goes on until it is left. */
export const interceptPricing = async (shop: Shop, port: number): Promise<Interception> => {
  const start = performance.now();
  const session = await shop.children.start({
    name: 'byway intercept pricing',
    program: 'byway',
    argv: ['intercept', 'pricing', '--port', `${port}`, '--json'],
    environment: loggedIn(shop),
    mayEnd: true,
  });
  const readyMs = performance.now() - start;
  return { session, readyMs, legsMs: v.parse(readySchema, session.readyLine).legsMs };
};

/** Runs the real `byway leave pricing`; resolves with what it says to a person. */
export const leavePricing = async (shop: Shop): Promise<readonly string[]> => {
  const name = 'byway leave pricing';
  const argv = ['leave', 'pricing'];
  const end = await shop.children.run({
    name,
    program: 'byway',
    argv,
    environment: loggedIn(shop),
  });
  if (end.code !== 0) throw new UserError(endInWords(name, end));
  return end.stderr;
};
