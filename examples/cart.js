// A cart of your own for the playground's shop: no build, no dependencies.
//
//   byway playground                                              in one terminal
//   byway intercept cart --port 5000 -- node examples/cart.js     in another one
//   byway curl localhost:8080/cart/42                             in a third one
//
// PORT is set by `byway intercept`; PRICING_URL says where pricing is.
import { createServer } from 'node:http';

const port = Number(process.env.PORT ?? 5000);
const pricing = process.env.PRICING_URL ?? 'http://127.0.0.1:8082';
const carried = ['x-byway-id', 'baggage', 'traceparent', 'tracestate'];

// The key goes on to the next hop, as it came.
const carry = (headers) =>
  Object.fromEntries(carried.filter((name) => headers[name]).map((name) => [name, headers[name]]));

const answer = async (id, headers) => {
  const response = await fetch(`${pricing}/price/${id}?currency=EUR`, {
    headers: { ...carry(headers), accept: 'application/json' },
    signal: AbortSignal.timeout(50_000),
  });
  if (!response.ok) throw new Error(`it answered ${response.status}`);
  const price = await response.json();
  const [first, ...rest] = price.hops;
  const hops = [{ ...first, byway: response.headers.get('x-byway-served-by') }, ...rest];
  // Change something here, start it again, and ask once more.
  return {
    ...price,
    hops: [{ name: 'cart', servedBy: 'cart@laptop (you)', byway: null }, ...hops],
  };
};

const server = createServer(async (request, response) => {
  const send = (status, value) => {
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
    response.end(`${JSON.stringify(value)}\n`);
  };
  const [, id] = /^\/cart\/(\d{1,9})$/.exec(request.url) ?? [];
  if (request.method !== 'GET' || id === undefined) {
    send(404, { error: 'GET /cart/42' });
    return;
  }
  try {
    send(200, await answer(id, request.headers));
  } catch (error) {
    const why = error.cause?.message ?? error.message;
    send(502, { error: `pricing did not answer: ${why}`, failedHop: 'pricing' });
  }
});

server.listen(port, '127.0.0.1', () => {
  console.error(`Your cart listens on http://127.0.0.1:${server.address().port}`);
});
