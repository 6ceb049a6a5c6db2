import { inCluster } from './answer.ts';
import type { Service } from './service.ts';

/** What everything in this shop costs, in cents. */
export const usualCents = 1990;

/** `GET /price/ID?currency=EUR` of a pricing that calls itself `servedBy` and asks `cents`. */
export const pricingService =
  (servedBy: string, cents: number): Service =>
  async ({ url }) => {
    const currency = url.searchParams.get('currency') ?? 'EUR';
    if (!/^\/price\/\d{1,9}$/.test(url.pathname) || currency !== 'EUR') return undefined;
    const total = (cents / 100).toFixed(2);
    return { total, currency, hops: [{ name: 'pricing', servedBy, byway: null }] };
  };

/** The pricing that everyone gets. */
export const pricing: Service = pricingService(inCluster('pricing'), usualCents);
