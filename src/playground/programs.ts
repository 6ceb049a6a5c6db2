import { fileURLToPath } from 'node:url';
import type { Service } from './shop/service.ts';

type Environment = Readonly<Record<string, string | undefined>>;
type Program = (argv: readonly string[], environment: Environment) => Promise<void>;

/** What the playground can start as a process of its own. */
export type ProgramName =
  | 'manager'
  | 'agent'
  | 'byway'
  | 'web'
  | 'cart'
  | 'pricing'
  | 'your-pricing';

/** Milliseconds that a service waits for the one behind it: time for a breakpoint on the way. */
const pricingMilliseconds = 50_000;
const cartMilliseconds = 55_000;

/** Each loads only what it needs, and prints its ready line where it has one. */
export const programs: Readonly<Record<ProgramName, Program>> = {
  manager: async (argv) => (await import('../manager/main.ts')).main(argv),
  agent: async (argv) => process.exit(await (await import('../agent/main.ts')).main(argv)),
  byway: async (argv) =>
    (await import('../cli/main.ts')).main(argv, {
      program: fileURLToPath(new URL('../../bin/byway.js', import.meta.url)),
      playground: () => Promise.reject(new Error('A playground starts no other one.')),
    }),
  web: async (_, environment) => {
    const { webService } = await import('./shop/web.ts');
    const url = urlFrom(environment, 'CART_URL');
    await run(webService({ name: 'cart', url, milliseconds: cartMilliseconds }), environment);
  },
  cart: async (_, environment) => {
    const { cartService } = await import('./shop/cart.ts');
    const url = urlFrom(environment, 'PRICING_URL');
    const next = { name: 'pricing', url, milliseconds: pricingMilliseconds };
    await run(cartService(next), environment);
  },
  pricing: async (_, environment) => run((await import('./shop/pricing.ts')).pricing, environment),
  'your-pricing': async (_, environment) =>
    run((await import('./shop/your-pricing.ts')).yourPricing, environment),
};

const run = async (service: Service, environment: Environment): Promise<void> =>
  (await import('./shop/service.ts')).runService(service, environment);

const urlFrom = (environment: Environment, name: string): URL => {
  const text = environment[name] ?? '';
  if (!URL.canParse(text)) throw new Error(`${name} is no URL: "${text}"`);
  return new URL(text);
};
