import { inCluster } from './answer.ts';
import { askNextHop, type NextHop } from './next-hop.ts';
import type { Service } from './service.ts';

/** `GET /cart/ID`: what cart says about it. */
export const webService =
  (cart: NextHop): Service =>
  async ({ url, headers }) => {
    if (!/^\/cart\/\d{1,9}$/.test(url.pathname)) return undefined;
    const answer = await askNextHop(cart, url.pathname, headers);
    const own = { name: 'web', servedBy: inCluster('web'), byway: null };
    return { ...answer, hops: [own, ...answer.hops] };
  };
