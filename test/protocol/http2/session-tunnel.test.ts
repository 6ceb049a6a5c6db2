import { afterEach, describe, expect, test, vi } from 'vitest';
import { WindowShare } from '../../../src/protocol/http2/window-share.ts';
import { Bench, fieldsOf } from './bench.ts';
import { frame, number, settingsPayload } from './frames.ts';

const kilobyte = 1024;
const megabyte = 1024 * kilobyte;
const ok = fieldsOf(':status=200');
const connect = [':method=CONNECT', ':authority=ic_a'];

afterEach(() => void vi.restoreAllMocks());

/** The clock of windows and PINGs, moved by hand. */
const stopClock = (): { now: number } => {
  const clock = { now: 1000 };
  vi.spyOn(performance, 'now').mockImplementation(() => clock.now);
  return clock;
};

const window = (stream: number, octets: number): Buffer => frame(8, 0, stream, number(octets));
const data = (stream: number, octets: number): Buffer => frame(0, 0, stream, Buffer.alloc(octets));

/** A client whose windows the peer has opened as wide as can be, with so many answered CONNECTs. */
const connected = (count: number) => {
  const bench = new Bench('client');
  bench.take(window(0, 0x7000_0000), frame(4, 0, 0, settingsPayload(4, 0x7000_0000)));
  const streams = Array.from({ length: count }, () => {
    const stream = bench.request(...connect);
    stream.sendHead(fieldsOf(...connect), false);
    return stream;
  });
  bench.output();
  bench.heard();
  return { bench, streams };
};

describe('a CONNECT', () => {
  test('goes out and is answered, then bytes and ends go each way by themselves', () => {
    const { bench, streams } = connected(1);
    bench.take(bench.headers(1, [':status=200']), frame(0, 0, 1, '6869'));
    expect(bench.heard()).toEqual(['head 1 :status=200', 'data 1 hi']);
    streams[0]?.sendData(Buffer.from('yo'), true);
    expect(bench.output()).toEqual([{ type: 0, flags: 1, stream: 1, payload: Buffer.from('yo') }]);
    bench.take(frame(0, 1, 1, '627965'));
    expect(bench.heard()).toEqual(['sent 1 2', 'data 1 bye end']);
    expect(bench.session.open).toBe(0);
  });

  test('has no trailers', () => {
    const { bench } = connected(1);
    bench.take(bench.headers(1, [':status=200']), bench.headers(1, ['a=b'], true));
    expect(bench.said()).toEqual(['RST 1 1']);
  });

  test('may be refused as not looked at', () => {
    const { bench } = connected(1);
    bench.take(frame(3, 0, 1, '00000007'));
    expect(bench.heard()).toEqual(['reset 1 7']);
  });
});

describe('a PING', () => {
  test('tells how long its answer took', () => {
    const clock = stopClock();
    const bench = new Bench('client');
    const told: number[] = [];
    bench.session.ping((milliseconds) => told.push(milliseconds));
    expect(bench.said()).toEqual(['PING 6279776100000001']);
    clock.now += 7;
    bench.take(frame(6, 1, 0, '6279776100000001'));
    expect(told).toEqual([7]);
  });

  test('that was answered, or was never sent, is not told again', () => {
    const bench = new Bench('client');
    let told = 0;
    bench.session.ping(() => {
      told += 1;
    });
    const answer = frame(6, 1, 0, '6279776100000001');
    bench.take(answer, answer, frame(6, 1, 0, '6279776100000002'), frame(6, 1, 0, '00'.repeat(8)));
    expect(told).toBe(1);
    expect(bench.session.isOver).toBe(false);
  });

  test('is forgotten when sixteen more wait', () => {
    const bench = new Bench('client');
    const told: number[] = [];
    for (let at = 1; at <= 17; at++) bench.session.ping(() => told.push(at));
    bench.take(frame(6, 1, 0, '6279776100000001'), frame(6, 1, 0, '6279776100000002'));
    expect(told).toEqual([2]);
  });

  test('of the peer may come so often and no more', () => {
    stopClock();
    const bench = new Bench('server', { controlPerSecond: 3 });
    const ping = frame(6, 0, 0, '0000000000000000');
    // The settings at the beginning were the first of the three.
    bench.take(ping, ping);
    expect(bench.session.isOver).toBe(false);
    bench.output();
    bench.take(ping);
    expect(bench.heard()).toEqual(['over 11 too many PING or SETTINGS']);
  });
});

describe('large frames', () => {
  test('are announced, taken up to their size, and refused beyond it', () => {
    const bench = new Bench(
      'server',
      { frameBytes: 256 * kilobyte, streamWindow: megabyte },
      false,
    );
    const [settings] = bench.said();
    expect(settings).toContain('000500040000');
    bench.take(Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), frame(4, 0, 0));
    bench.take(bench.headers(1, connect), data(1, 256 * kilobyte));
    expect(bench.session.isOver).toBe(false);
    bench.take(data(1, 256 * kilobyte + 1).subarray(0, 9));
    expect(bench.log.at(-1)).toBe('over 6 a frame of 262145 bytes');
  });

  test.each([
    [20_000, 20_000],
    [1_000_000, 65_536],
  ])('are sent when the peer takes %i bytes', (announced, most) => {
    const bench = new Bench('client', { frameBytes: 256 * kilobyte });
    bench.take(window(0, megabyte), frame(4, 0, 0, settingsPayload(4, megabyte, 5, announced)));
    const stream = bench.request(...connect);
    stream.sendHead(fieldsOf(...connect), false);
    bench.output();
    stream.sendData(Buffer.alloc(100_000), false);
    expect(bench.said()[0]).toBe(`DATA 1 ${most}`);
  });
});

describe('what is sent', () => {
  test('makes a quarter of a megabyte of output at a time, however much there is', () => {
    const { bench, streams } = connected(10);
    for (const stream of streams) {
      for (let times = 0; times < 16; times++) stream.sendData(Buffer.alloc(64 * kilobyte), false);
    }
    let [sent, most] = [0, 0];
    for (;;) {
      const octets = bench.output().reduce((sum, { payload }) => sum + payload.length, 0);
      if (octets === 0) break;
      sent += octets;
      most = Math.max(most, octets);
      bench.session.setWritable(true);
    }
    expect(sent).toBe(10 * megabyte);
    expect(most).toBeLessThanOrEqual((256 + 64) * kilobyte);
  });

  test('goes by turns, and who has little does not wait for who has much', () => {
    const { bench, streams } = connected(4);
    bench.session.setWritable(false);
    for (const stream of streams.slice(0, 3)) stream.sendData(Buffer.alloc(megabyte), false);
    streams[3]?.sendData(Buffer.alloc(100), false);
    bench.session.setWritable(true);
    const said = bench.said();
    expect(said.slice(0, 5)).toEqual([
      'DATA 7 100',
      ...['DATA 1 16384', 'DATA 3 16384', 'DATA 5 16384', 'DATA 1 16384'],
    ]);
    expect(said).toHaveLength(17);
  });

  test('of a stream whose own window is shut, costs the others nothing', () => {
    const { bench, streams } = connected(2);
    bench.take(frame(4, 0, 0, settingsPayload(4, 10)));
    bench.output();
    streams[0]?.sendData(Buffer.alloc(100), false);
    streams[1]?.sendData(Buffer.alloc(5), false);
    expect(bench.said()).toEqual(['DATA 1 10', 'DATA 3 5']);
    const { blocked } = (bench.session as unknown as { core: { blocked: { size: number } } }).core;
    bench.session.setWritable(true);
    expect(blocked.size).toBe(0);
    bench.take(window(1, 100));
    expect(bench.said()).toEqual(['DATA 1 90']);
  });
});

describe('windows that share', () => {
  const limits = {
    streams: megabyte,
    streamMax: 300_000,
    connections: 8 * megabyte,
    connectionMax: 4 * megabyte,
    unread: 150_000,
    unreadEach: 100_000,
  };

  /** A server with so many CONNECTs, to which a round trip takes 10 ms. */
  const receiving = (count: number, share = new WindowShare(limits)) => {
    const clock = stopClock();
    const bench = new Bench('server', { share, streams: 1000, connectionWindow: megabyte });
    bench.session.ping(() => {});
    clock.now += 10;
    bench.take(frame(6, 1, 0, '6279776100000001'));
    for (let at = 0; at < count; at++) bench.take(bench.headers(2 * at + 1, connect));
    for (const stream of bench.accepted) stream.sendHead(ok, false);
    bench.output();
    return { bench, clock, share };
  };

  test('grow while half of one is used up in less than two round trips, up to the most', () => {
    const { bench, clock } = receiving(1);
    const grants: number[] = [];
    for (let times = 0; times < 12; times++) {
      clock.now += 15;
      for (let octets = 0; octets < 150_000; octets += 15_000) bench.take(data(1, 15_000));
      for (const line of bench.said()) {
        if (line.startsWith('WINDOW 1')) grants.push(Number(line.split(' ')[2]));
      }
    }
    const [sum] = [grants.reduce((all, one) => all + one, 0)];
    // All that came but what is owed, and the growth from 65,535 to 300,000.
    expect(sum).toBeGreaterThan(12 * 150_000 + 300_000 - 65_535 - 150_000);
    expect(sum).toBeLessThanOrEqual(12 * 150_000 + 300_000 - 65_535);
  });

  test('stay when the peer takes its time', () => {
    const { bench, clock } = receiving(1);
    for (let times = 0; times < 4; times++) {
      clock.now += 21;
      bench.take(data(1, 16_384), data(1, 16_384));
      expect(bench.said()).toEqual(['WINDOW 1 32768']);
    }
  });

  test('shrink again when many streams share', () => {
    const { bench, clock, share } = receiving(1);
    for (const grant of [32_768, 32_768 + 65_535]) {
      clock.now += 1;
      bench.take(data(1, 16_384), data(1, 16_384));
      expect(bench.said()).toEqual([`WINDOW 1 ${grant}`]);
    }
    for (let others = 0; others < 9; others++) share.enter();
    // 131,070 before, an equal part is 104,857 now.
    bench.take(...Array.from({ length: 5 }, () => data(1, 16_384)));
    expect(bench.said().at(-1)).toBe(`WINDOW 1 ${65_536 - (131_070 - 104_857)}`);
  });

  test('let nobody send on who holds more than a part when there is too much', () => {
    const { bench, share } = receiving(12);
    bench.releases = false;
    for (let at = 0; at < 12; at++) {
      bench.take(...Array.from({ length: 3 }, () => data(2 * at + 1, 16_384)));
    }
    expect(share.total).toBe(12 * 3 * 16_384);
    expect(bench.said()).toEqual([]);
    for (const stream of bench.accepted.slice(0, 10)) stream.reset(8);
    expect(bench.said().filter((line) => line.startsWith('WINDOW 0'))).toHaveLength(1);
    expect(share.total).toBe(2 * 3 * 16_384);
  });

  test('are given back with their streams and their session', () => {
    const { bench, share } = receiving(5);
    bench.releases = false;
    bench.take(data(1, 100), data(3, 100));
    bench.session.end(0);
    expect(share.total).toBe(0);
    expect([share.ofStream, share.ofConnection]).toEqual([300_000, 4 * megabyte]);
  });
});
