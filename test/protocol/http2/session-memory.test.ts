import { expect, test } from 'vitest';
import type { Http2Session } from '../../../src/protocol/http2/session.ts';
import { Bench, fieldsOf, getRequest, postRequest } from './bench.ts';
import { frame, number } from './frames.ts';

/** What a session keeps, counted. */
const kept = (session: Http2Session): unknown => {
  const { core } = session as unknown as { core: Record<string, unknown> };
  const sizeOf = (name: string): number => (core[name] as { size: number }).size;
  const lengthOf = (name: string): number => (core[name] as unknown[]).length;
  return {
    ...{ streams: sizeOf('streams'), blocked: sizeOf('blocked'), waiting: lengthOf('waiting') },
    announced: lengthOf('announced'),
    unreleased: (core['credit'] as { unreleased: number }).unreleased,
    table: (core['decoder'] as { table: { bytes: number } }).table.bytes <= 4096,
  };
};

const nothing = {
  ...{ streams: 0, blocked: 0, waiting: 0, announced: 1, unreleased: 0, table: true },
};

test('of a thousand streams that stall nothing is left once they are gone', () => {
  const bench = new Bench('server', { streams: 1000 });
  bench.releases = false;
  for (let index = 0; index < 1000; index++) {
    bench.take(bench.headers(index * 2 + 1, postRequest), frame(0, 0, index * 2 + 1, '616263'));
  }
  for (const stream of bench.accepted) {
    stream.sendHead(fieldsOf(':status=200'), false);
    stream.sendData(Buffer.alloc(1000), true);
  }
  // The connection's window is 65,535, so 65 and a half of them have gone.
  expect(kept(bench.session)).toEqual({
    ...nothing,
    streams: 1000,
    blocked: 935,
    unreleased: 3000,
  });
  for (const [index, stream] of bench.accepted.entries()) {
    if (index % 2 === 0) stream.reset(8);
    else bench.take(frame(3, 0, stream.id, number(8)));
  }
  expect(kept(bench.session)).toEqual(nothing);
});

test('streams that come and go leave nothing on either side, however they end', () => {
  const server = new Bench('server');
  const client = new Bench('client');
  for (let index = 0; index < 20_000; index++) {
    const id = index * 2 + 1;
    server.take(server.headers(id, [...getRequest, `x-a=${index}`], true));
    server.accepted.pop()?.sendHead(fieldsOf(':status=200', `x-b=${index}`), true);
    const stream = client.request(':method=GET');
    stream.sendHead(fieldsOf(...getRequest), true);
    if (index % 3 === 0) stream.reset(8);
    else client.take(client.headers(id, [':status=200', `x-c=${index}`]), frame(0, 1, id, '61'));
    client.accepted.pop();
    if (index % 100 !== 0) continue;
    for (const bench of [server, client]) {
      bench.output();
      bench.heard();
    }
  }
  expect([kept(server.session), kept(client.session)]).toEqual([nothing, nothing]);
});
