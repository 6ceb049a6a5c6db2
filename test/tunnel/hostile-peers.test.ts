import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { join } from '../../src/manager/relay/join.ts';
import { FieldEncoder } from '../../src/protocol/http2/hpack/encoder.ts';
import type { Arrival } from '../../src/tunnel/arrivals.ts';
import { acceptArrival } from '../../src/tunnel/arrivals.ts';
import type { Carrier } from '../../src/tunnel/carrier.ts';
import type { ConnectingEnd } from '../../src/tunnel/connects.ts';
import { share, type TunnelEnd } from '../../src/tunnel/end.ts';
import { tunnelWindowBytes, windowShare } from '../../src/tunnel/limits.ts';
import { openRelayToLaptop, serveRelayForAgent } from '../../src/tunnel/relay-end.ts';
import { fieldsOf } from '../protocol/http2/bench.ts';
import { frame, number, settingsPayload } from '../protocol/http2/frames.ts';
import { until } from '../support/until.ts';
import { acceptTunnels } from './accepting.ts';

const megabyte = 1024 * 1024;
const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** A real connection: the one side is ours, the other says whatever the test wants. */
const accept = async (attach: (carrier: Carrier) => TunnelEnd): Promise<Socket> => {
  const accepting = await acceptTunnels((carrier) => {
    const end = attach(carrier);
    cleanUps.push(end.destroy);
  });
  cleanUps.push(accepting.stop);
  const socket = connect(Number(accepting.url.port), '127.0.0.1');
  cleanUps.push(() => socket.destroy());
  socket.on('error', () => {});
  socket.write(
    'POST / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: byway-tunnel/1\r\n\r\n',
  );
  await once(socket, 'data');
  return socket;
};

const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const wide = [frame(4, 0, 0, settingsPayload(4, 0x7000_0000)), frame(8, 0, 0, number(0x7000_0000))];

/** As many CONNECTs as that, each with data up to the window that everybody begins with. */
const flood = (streams: number): Buffer => {
  const encoder = new FieldEncoder();
  const pieces = [preface, ...wide];
  for (let at = 0; at < streams; at++) {
    const block = encoder.encode(fieldsOf(':method=CONNECT', ':authority=ic_a'));
    pieces.push(frame(1, 4, 2 * at + 1, Buffer.from(block)));
  }
  for (let at = 0; at < streams; at++) {
    for (const octets of [16_384, 16_384, 16_384, 16_383]) {
      pieces.push(frame(0, 0, 2 * at + 1, Buffer.alloc(octets)));
    }
  }
  return Buffer.concat(pieces);
};

test('a peer that fills every window of a thousand streams is stopped', async () => {
  const before = share.total;
  // Nobody takes what comes.
  const attach = (carrier: Carrier): TunnelEnd => serveRelayForAgent(carrier, acceptArrival);
  const hostile = await accept(attach);
  let [most, ended] = [0, false];
  hostile.on('data', () => {});
  hostile.once('close', () => {
    ended = true;
  });
  hostile.write(flood(2_000));
  const { unread, unreadEach } = windowShare;
  const limit = unread + unreadEach + tunnelWindowBytes;
  let [same, last] = [0, -1];
  await until(() => {
    most = Math.max(most, share.total - before);
    same = share.total === last ? same + 1 : 0;
    last = share.total;
    return ended || (same > 100 && last > before);
  }, 'the end of it');
  expect(most).toBeLessThanOrEqual(limit);
  // It sends beyond its connection's window in the end, and loses the connection for that.
  await until(() => ended, 'the end of the tunnel');
  expect(share.total).toBe(before);
});

test('a peer that never reads holds up no more than the windows of the others', async () => {
  // A laptop that grants every window and reads nothing, and an agent that sends all that it may.
  let laptop: ConnectingEnd | undefined;
  const stuck = await accept((carrier) => {
    laptop = openRelayToLaptop(carrier);
    return laptop;
  });
  stuck.write(Buffer.concat(wide));
  const answers = 64;
  const relays: Promise<void>[] = [];
  const relay = async (arrival: Arrival): Promise<void> => {
    const answer = await laptop?.connect('ic_a');
    if (answer?.ok !== true) throw new Error('not answered');
    acceptArrival(arrival);
    join(arrival.stream, answer.stream);
  };
  const agent = await accept((carrier) =>
    serveRelayForAgent(carrier, (arrival) => void relays.push(relay(arrival))),
  );
  stuck.pause();
  const before = process.memoryUsage().arrayBuffers;
  agent.on('data', () => {});
  agent.write(flood(answers));
  await until(() => relays.length === answers, 'the streams');
  const encoder = new FieldEncoder();
  for (let at = 0; at < answers; at++) {
    const block = Buffer.from(encoder.encode(fieldsOf(':status=200')));
    stuck.write(frame(1, 4, 2 * at + 1, block));
  }
  await Promise.all(relays);
  // 64 windows of 64 KiB, where they wait and in what is written; a piece of memory holds little else.
  let [same, last] = [0, -1];
  await until(() => {
    same = share.total === last ? same + 1 : 0;
    last = share.total;
    return same > 50;
  });
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * megabyte);
  expect(share.total).toBeLessThanOrEqual(answers * 65_536);
});
