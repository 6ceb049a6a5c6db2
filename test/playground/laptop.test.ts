import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Loss } from '../../src/playground/children.ts';
import { expectAnswer, fromCluster, fromLaptop } from '../../src/playground/expect.ts';
import {
  interceptPricing,
  leavePricing,
  openLaptop,
  startYourPricing,
} from '../../src/playground/laptop.ts';
import { freePort } from '../../src/playground/ports.ts';
import {
  requestByCurl,
  requestWithHeaders,
  requestWithoutKey,
} from '../../src/playground/requests.ts';
import { openShop, type Shop } from '../../src/playground/shop-processes.ts';
import { createUser, type User } from './running.ts';

let user: User;
let shop: Shop;
const losses: Loss[] = [];
beforeEach(async () => {
  user = createUser();
  vi.stubEnv('BYWAY_CONFIG_DIR', user.environment['BYWAY_CONFIG_DIR']);
  vi.stubEnv('XDG_RUNTIME_DIR', user.environment['XDG_RUNTIME_DIR']);
  const { signal } = new AbortController();
  shop = await openShop({ onLoss: (loss) => losses.push(loss), signal });
});
afterEach(async () => {
  await shop.close();
  vi.unstubAllEnvs();
  user.remove();
});

test('when your pricing is killed, the next request with the key comes from the pod', async () => {
  const port = await freePort();
  const pricing = await startYourPricing(shop, port);
  const { session } = await interceptPricing(shop, port);
  expectAnswer(await requestByCurl(shop), fromLaptop);

  await pricing.kill();
  for (const request of [requestByCurl, requestWithHeaders]) {
    const { total, hops } = await request(shop);
    expect(total).toBe('19.90');
    expect(hops.map(({ byway }) => byway)).toEqual([null, null, 'pod; reason=local_refused']);
    expect(hops[2]?.servedBy).toBe('pricing (cluster)');
  }
  expectAnswer(await requestWithoutKey(shop), fromCluster);

  // Back on the same port, it serves again.
  await startYourPricing(shop, port);
  expectAnswer(await requestByCurl(shop), fromLaptop);
  expect(await leavePricing(shop)).toEqual(['pricing serves its own traffic again.']);
  expect((await session.ended).code).toBe(0);
  expect(losses).toEqual([]);
});

test('your pricing moves when something takes its port at the last moment', async () => {
  const there = await startYourPricing(shop, await freePort());
  const [address] = there.readyLine['listen'] as readonly string[];
  const taken = Number(address?.split(':')[1]);
  const { port, pricing } = await openLaptop(shop, async () => taken);
  expect(port).not.toBe(taken);
  expect(pricing.readyLine['listen']).toEqual([`127.0.0.1:${port}`]);
});

test('what came instead of what was expected is told', async () => {
  const answer = await requestWithoutKey(shop);
  expect(() => expectAnswer(answer, fromCluster)).not.toThrow();
  expect(() => expectAnswer(answer, fromLaptop)).toThrow(
    /^Expected pricing@laptop .*,\n {2}but got:\n {2}web → cart → pricing .*\n {2}without x-byway-served-by$/,
  );
  const [web, cart, pricing] = answer.hops;
  if (cart === undefined || pricing === undefined) throw new Error('Three hops were expected.');
  const marked = { ...cart, byway: 'pod; reason=local_refused' };
  expect(fromCluster.holds({ ...answer, hops: [web, marked, pricing] })).toBe(false);
  expect(fromCluster.holds({ ...answer, hops: [web, cart] })).toBe(false);
  const mine = { ...pricing, servedBy: 'pricing@laptop (you)', byway: 'pricing@mia' };
  const cheaper = { ...answer, total: '17.91' };
  expect(fromLaptop.holds({ ...cheaper, hops: [web, cart, mine] })).toBe(true);
  expect(fromLaptop.holds({ ...cheaper, hops: [web, marked, mine] })).toBe(false);
  expect(fromLaptop.holds({ ...cheaper, hops: [web, cart, { ...mine, byway: null }] })).toBe(false);
  expect(fromLaptop.holds({ ...answer, hops: [web, cart, mine] })).toBe(false);
});
