import { inCluster } from './answer.ts';
import { askNextHop, HopFailed, type NextHop } from './next-hop.ts';
import type { Service } from './service.ts';

/** `GET /cart/ID`: its total, which pricing knows. */
export const cartService =
  (pricing: NextHop): Service =>
  async ({ url, headers }) => {
    const [, id] = /^\/cart\/(\d{1,9})$/.exec(url.pathname) ?? [];
    if (id === undefined) return undefined;
    const answer = await askNextHop(pricing, `/price/${id}?currency=EUR`, headers);
    if ('said' in answer) {
      throw new HopFailed('pricing', `pricing named no total, it said: ${answer.said}`);
    }
    const own = { name: 'cart', servedBy: inCluster('cart'), byway: null };
    return { ...answer, hops: [own, ...answer.hops] };
  };
