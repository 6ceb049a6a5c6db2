import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { cartService } from '../../../src/playground/shop/cart.ts';
import { pricing } from '../../../src/playground/shop/pricing.ts';
import { createService, type Service } from '../../../src/playground/shop/service.ts';
import { webService } from '../../../src/playground/shop/web.ts';
import { yourPricing } from '../../../src/playground/shop/your-pricing.ts';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  }
});

const listen = async (server: Server): Promise<URL> => {
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
};

const serve = (service: Service): Promise<URL> => listen(createService(service));

/** web and cart in front of this pricing; both wait that long. */
const shopWith = async (pricingUrl: URL, milliseconds = 5_000): Promise<URL> => {
  const cart = cartService({ name: 'pricing', url: pricingUrl, milliseconds });
  return await serve(
    webService({ name: 'cart', url: await serve(cart), milliseconds: milliseconds * 2 }),
  );
};

const json = { accept: 'application/json' };
const key = {
  'x-byway-id': 'k3y',
  baggage: 'a=1,byway=k3y',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  tracestate: 'rojo=1',
};

describe('the shop', () => {
  test('answers a person in one line, three services deep', async () => {
    const response = await fetch(new URL('/cart/42', await shopWith(await serve(pricing))));
    expect(response.status).toBe(200);
    expect(await response.text()).toMatch(
      /^web → cart → pricing {2,}total 19\.90 {2,}served by pricing \(cluster\)\n$/,
    );
  });

  test('answers a program in JSON, and your pricing takes 10 % off', async () => {
    const web = await shopWith(await serve(yourPricing));
    const response = await fetch(new URL('/cart/42', web), { headers: json });
    expect(await response.json()).toEqual({
      total: '17.91',
      currency: 'EUR',
      hops: [
        { name: 'web', servedBy: 'web (cluster)', byway: null },
        { name: 'cart', servedBy: 'cart (cluster)', byway: null },
        { name: 'pricing', servedBy: 'pricing@laptop (you)', byway: null },
      ],
    });
    const line = await (await fetch(new URL('/cart/42', web))).text();
    expect(line).toContain('total 17.91');
    expect(line).toContain('served by pricing@laptop (you)');
    expect(line.trimEnd().length).toBeLessThanOrEqual(77);
  });

  test('carries the key to the last hop and passes its mark on', async () => {
    const seen: { headers: IncomingHttpHeaders; url: string | undefined }[] = [];
    const marked = createServer((request, response) => {
      seen.push({ headers: request.headers, url: request.url });
      response.setHeader('x-byway-served-by', 'pod; reason=local_refused');
      const hops = [{ name: 'pricing', servedBy: 'pricing (cluster)', byway: null }];
      response.end(JSON.stringify({ total: '19.90', currency: 'EUR', hops }));
    });
    const web = await shopWith(await listen(marked));
    const response = await fetch(new URL('/cart/42', web), { headers: { ...json, ...key } });
    const { hops } = (await response.json()) as { hops: unknown[] };
    expect(seen[0]?.headers).toMatchObject(key);
    expect(seen[0]?.url).toBe('/price/42?currency=EUR');
    expect(hops).toEqual([
      { name: 'web', servedBy: 'web (cluster)', byway: null },
      { name: 'cart', servedBy: 'cart (cluster)', byway: null },
      { name: 'pricing', servedBy: 'pricing (cluster)', byway: 'pod; reason=local_refused' },
    ]);
  });

  test.each(['/cart/', '/cart/42/x', '/cart/1234567890', '/price/42', '//'])(
    'has no %s',
    async (path) => {
      const web = await shopWith(await serve(pricing));
      expect((await fetch(`${web.origin}${path}`)).status).toBe(404);
    },
  );

  test('has no other method, no other currency', async () => {
    const url = await serve(pricing);
    expect((await fetch(new URL('/price/42', url), { method: 'POST', body: 'a' })).status).toBe(
      404,
    );
    expect((await fetch(new URL('/price/42?currency=USD', url))).status).toBe(404);
    expect((await fetch(new URL('/price/42', url))).status).toBe(200);
  });
});

describe('a cart that is not of this shop', () => {
  const webBefore = async (cart: Server): Promise<URL> =>
    await serve(webService({ name: 'cart', url: await listen(cart), milliseconds: 5_000 }));

  test('has its words passed on, with who served', async () => {
    const cart = createServer((_, response) => {
      response.setHeader('x-byway-served-by', 'cart@mia');
      response.end('my \u001b[31m cart\n');
    });
    const url = new URL('/cart/42', await webBefore(cart));
    expect(await (await fetch(url)).text()).toMatch(
      /^web → cart {2,}"my \[31m cart" {2,}served by cart@mia\n$/,
    );
    expect(await (await fetch(url, { headers: json })).json()).toEqual({
      said: 'my [31m cart',
      hops: [
        { name: 'web', servedBy: 'web (cluster)', byway: null },
        { name: 'cart', servedBy: 'cart@mia', byway: 'cart@mia' },
      ],
    });
  });

  test('has at most 60 characters of it passed on', async () => {
    const web = await webBefore(createServer((_, response) => response.end('x'.repeat(1000))));
    const text = await (await fetch(new URL('/cart/42', web))).text();
    expect(text).toContain(`"${'x'.repeat(60)}…"  served by another cart`);
  });
});

test('a connection that was closed while it was idle is no failure', async () => {
  const answer = JSON.stringify({
    total: '19.90',
    currency: 'EUR',
    hops: [{ name: 'pricing', servedBy: 'pricing (cluster)', byway: null }],
  });
  const used = new Set<unknown>();
  // Resets at the second request, as if the idle time had just been over.
  const once = createServer(({ socket }, response) => {
    if (used.has(socket)) socket.resetAndDestroy();
    else response.end(answer);
    used.add(socket);
  });
  const web = await shopWith(await listen(once));
  for (let times = 0; times < 3; times++) {
    expect((await fetch(new URL('/cart/42', web))).status).toBe(200);
  }
  expect(used.size).toBe(3);
});

describe('a hop that fails becomes a 502 that names it', () => {
  const failureOf = async (web: URL): Promise<unknown> => {
    const response = await fetch(new URL('/cart/42', web), { headers: json });
    expect(response.status).toBe(502);
    return await response.json();
  };

  test('when nobody listens', async () => {
    const url = await serve(pricing);
    const web = await shopWith(url);
    const [server] = servers.splice(0, 1);
    await new Promise((resolve) => server?.close(resolve));
    expect(await failureOf(web)).toEqual({
      error: expect.stringMatching(/^pricing did not answer: .*ECONNREFUSED/),
      failedHop: 'pricing',
    });
    const text = await (await fetch(new URL('/cart/42', web))).text();
    expect(text).toMatch(/^pricing did not answer: .*\n$/);
  });

  test('when it never answers', async () => {
    const silent = await listen(createServer(() => {}));
    expect(await failureOf(await shopWith(silent, 100))).toEqual({
      error: 'pricing did not answer: no answer within 0.1 s',
      failedHop: 'pricing',
    });
  });

  test('when its answer never ends', async () => {
    const half = createServer((_, response) => void response.write('{"total":'));
    expect(await failureOf(await shopWith(await listen(half), 100))).toEqual({
      error: 'pricing did not answer: no answer within 0.1 s',
      failedHop: 'pricing',
    });
  });

  test('when its answer is too large', async () => {
    const large = createServer((_, response) => void response.end('x'.repeat(65 * 1024)));
    expect(await failureOf(await shopWith(await listen(large)))).toEqual({
      error: 'pricing did not answer: more than 65536 bytes in one answer',
      failedHop: 'pricing',
    });
  });

  test.each([
    [502, 'Bad gateway', 'pricing answered 502'],
    [404, '{}', 'pricing answered 404'],
    [200, 'null', 'pricing named no total, it said: null'],
    [200, '{"total":"1.9"}\n', 'pricing named no total, it said: {"total":"1.9"}'],
  ])('when it answers %i %s', async (status, body, error) => {
    const odd = createServer((_, response) => {
      response.statusCode = status;
      response.end(body);
    });
    const web = await shopWith(await listen(odd));
    expect(await failureOf(web)).toEqual({ error, failedHop: 'pricing' });
  });
});
