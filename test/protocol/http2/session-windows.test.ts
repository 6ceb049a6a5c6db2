import { describe, expect, test } from 'vitest';
import type { Http2Stream } from '../../../src/protocol/http2/stream.ts';
import { Bench, fieldsOf, getRequest, postRequest } from './bench.ts';
import { frame, number, settingsPayload } from './frames.ts';

const window = (stream: number, octets: number): Buffer => frame(8, 0, stream, number(octets));
const initialWindow = (octets: number): Buffer => frame(4, 0, 0, settingsPayload(4, octets));
const data = (stream: number, octets: number, endStream = false): Buffer =>
  frame(0, endStream ? 1 : 0, stream, Buffer.alloc(octets, 0x61));
const ok = fieldsOf(':status=200');
const largest = 0x7fff_ffff;

/** A server with so many requests that were answered with a head. */
const answering = (count: number): { readonly bench: Bench; readonly streams: Http2Stream[] } => {
  const bench = new Bench('server');
  for (let index = 0; index < count; index++) {
    bench.take(bench.headers(index * 2 + 1, getRequest, true));
  }
  for (const stream of bench.accepted) stream.sendHead(ok, false);
  bench.output();
  bench.heard();
  return { bench, streams: bench.accepted };
};

/** A server that has so many requests whose bodies are to come. */
const receiving = (count: number, own = {}): Bench => {
  const bench = new Bench('server', { streams: 2000, ...own });
  for (let index = 0; index < count; index++) bench.take(bench.headers(index * 2 + 1, postRequest));
  bench.output();
  bench.heard();
  return bench;
};

describe('what is sent', () => {
  test('is cut into frames and stops exactly at each window', () => {
    const { bench, streams } = answering(1);
    streams[0]?.sendData(Buffer.alloc(70_000), true);
    expect(bench.said()).toEqual([...Array(3).fill('DATA 1 16384'), 'DATA 1 16383']);
    expect(bench.heard()).toEqual(['sent 1 65535']);
    bench.take(window(1, 4464));
    expect(bench.said()).toEqual([]);
    bench.take(window(0, 1));
    expect(bench.said()).toEqual(['DATA 1 1']);
    bench.take(window(0, 10_000));
    expect(bench.said()).toEqual(['DATA 1 4463']);
    bench.take(window(1, 1));
    expect(bench.said()).toEqual(['DATA 1 1 end']);
    expect(bench.heard()).toEqual(['sent 1 1', 'sent 1 4463', 'sent 1 1']);
    expect(bench.session.open).toBe(0);
  });

  test('waits while settings have made the window negative', () => {
    const { bench, streams } = answering(2);
    streams[0]?.sendData(Buffer.alloc(1000), false);
    bench.output();
    bench.take(initialWindow(100));
    streams[0]?.sendData(Buffer.alloc(10), false);
    streams[1]?.sendData(Buffer.alloc(200), false);
    expect(bench.said()).toEqual(['SETTINGS ack', 'DATA 3 100']);
    bench.take(window(1, 900));
    expect(bench.said()).toEqual([]);
    bench.take(window(1, 4));
    expect(bench.said()).toEqual(['DATA 1 4']);
    bench.take(initialWindow(103));
    expect(bench.said()).toEqual(['SETTINGS ack', 'DATA 1 3', 'DATA 3 3']);
  });

  test('ends without window, when no data is left', () => {
    const { bench, streams } = answering(3);
    bench.take(initialWindow(0));
    bench.output();
    streams[0]?.sendData(Buffer.alloc(0), true);
    streams[1]?.sendTrailers(fieldsOf('a=b'));
    streams[2]?.sendData(Buffer.alloc(0), false);
    expect(bench.said()).toEqual(['DATA 1 0 end', 'HEADERS 3 a=b end']);
  });

  test('has its trailers behind data that waits', () => {
    const { bench, streams } = answering(1);
    bench.take(initialWindow(2));
    bench.output();
    streams[0]?.sendData(Buffer.from('abc'), false);
    streams[0]?.sendTrailers(fieldsOf('a=b'));
    streams[0]?.sendData(Buffer.from('too late'), true);
    expect(bench.said()).toEqual(['DATA 1 2']);
    bench.take(window(1, 100));
    expect(bench.said()).toEqual(['DATA 1 1', 'HEADERS 1 a=b end']);
    expect(bench.session.open).toBe(0);
  });

  test('goes out a frame of each stream by turns, and none is left behind', () => {
    const { bench, streams } = answering(4);
    streams[0]?.sendData(Buffer.alloc(65_535), false);
    bench.output();
    for (const stream of streams.slice(1)) stream.sendData(Buffer.alloc(40_000), true);
    expect(bench.said()).toEqual([]);
    const order: string[] = [];
    for (let turn = 0; turn < 6; turn++) {
      bench.take(window(0, 16_384));
      order.push(...bench.said());
    }
    // Who has no more than a turn left goes first.
    expect(order).toEqual([
      ...['DATA 3 16384', 'DATA 5 16384', 'DATA 7 16384', 'DATA 3 16384'],
      ...['DATA 3 7232 end', 'DATA 5 9152', 'DATA 5 14464 end', 'DATA 7 1920'],
    ]);
    bench.take(window(0, 100_000));
    expect(bench.said()).toEqual(['DATA 7 16384', 'DATA 7 5312 end']);
  });

  test('is held back while the peer takes no output, and then comes in order', () => {
    const { bench, streams } = answering(1);
    bench.session.setWritable(false);
    streams[0]?.sendData(Buffer.from('ab'), false);
    streams[0]?.sendData(Buffer.from('c'), true);
    bench.take(window(1, 1), window(0, 1));
    expect(bench.said()).toEqual([]);
    bench.session.setWritable(true);
    const sent = bench.output();
    expect(Buffer.concat(sent.map(({ payload }) => payload)).toString()).toBe('abc');
    expect(sent.at(-1)?.flags).toBe(1);
  });

  test.each([
    ['the connection', [window(0, largest - 65_535), window(0, 1)], 'GOAWAY 1 3'],
    ['a stream', [window(1, largest - 65_535), window(1, 1)], 'RST 1 3'],
    ['a stream, by settings', [window(1, 1), initialWindow(largest)], 'GOAWAY 1 3'],
    ['the connection, by nothing', [window(0, 0)], 'GOAWAY 1 1'],
    ['a stream, by nothing', [window(1, 0)], 'RST 1 1'],
  ])('may have the largest window and no larger: %s', (_, frames, end) => {
    const { bench } = answering(1);
    for (const bytes of frames.slice(0, -1)) expect(bench.take(bytes).said()).toEqual([]);
    expect(bench.take(frames.at(-1) as Buffer).said()).toContain(end);
  });

  test('has the reserved bit of an increment ignored', () => {
    const { bench, streams } = answering(1);
    bench.take(initialWindow(0), window(1, 0x8000_0002));
    bench.output();
    streams[0]?.sendData(Buffer.from('abc'), false);
    expect(bench.said()).toEqual(['DATA 1 2']);
  });
});

describe('what is received', () => {
  test('is credited when half a window was released, exactly', () => {
    const bench = receiving(1);
    bench.take(data(1, 16_384), data(1, 16_383));
    expect(bench.said()).toEqual([]);
    bench.take(data(1, 1));
    expect(bench.said()).toEqual(['WINDOW 1 32768']);
  });

  test('is credited for its stream only when it is released', () => {
    const bench = receiving(1);
    bench.releases = false;
    bench.take(...Array(3).fill(data(1, 16_384)), data(1, 16_383));
    expect(bench.said()).toEqual([]);
    bench.accepted[0]?.release(32_767);
    expect(bench.said()).toEqual([]);
    bench.accepted[0]?.release(1);
    expect(bench.said()).toEqual(['WINDOW 1 32768']);
    bench.take(...Array(2).fill(data(1, 16_384)));
    expect(bench.said()).toEqual([]);
    bench.take(data(1, 1));
    expect(bench.said()).toEqual(['RST 1 3']);
    expect(bench.heard().at(-1)).toBe('reset 1 3 more data than the window allows');
  });

  test('has its padding counted and given back at once', () => {
    const bench = receiving(1);
    bench.releases = false;
    const padded = frame(0, 8, 1, Buffer.concat([Buffer.from([255]), Buffer.alloc(256, 0x61)]));
    for (let index = 0; index < 127; index++) bench.take(padded);
    expect(bench.said()).toEqual([]);
    bench.take(padded);
    expect(bench.said()).toEqual(['WINDOW 1 32768']);
    // Of the window of 65,535 only the 128 octets of data are still counted.
    bench.take(...Array(3).fill(data(1, 16_384)), data(1, 16_255));
    expect(bench.said()).toEqual([]);
    bench.take(data(1, 1));
    expect(bench.said()).toEqual(['RST 1 3']);
  });

  test('of one stream that stalls does not shut the connection for others', () => {
    const bench = receiving(2);
    bench.releases = false;
    bench.take(...Array(3).fill(data(1, 16_384)));
    bench.releases = true;
    for (let round = 0; round < 300; round++) bench.take(...Array(2).fill(data(3, 16_384)));
    const credited = bench.said().filter((line) => line.startsWith('WINDOW 0'));
    const octets = credited.reduce((sum, line) => sum + Number(line.split(' ')[2]), 0);
    expect(octets).toBeGreaterThan(300 * 32_768 - 1024 * 1024);
  });

  test('shuts the connection above 16 MiB that nobody has released, and opens it again', () => {
    const bench = receiving(400);
    bench.releases = false;
    let octets = 0;
    let credit = 1024 * 1024;
    for (const { id } of bench.accepted) {
      for (let index = 0; index < 3; index++) {
        if (credit < 16_384) break;
        bench.take(data(id, 16_384));
        octets += 16_384;
        credit -= 16_384;
        for (const line of bench.said()) credit += Number(line.split(' ')[2]);
      }
    }
    expect(octets).toBeGreaterThan(16 * 1024 * 1024);
    expect(octets).toBeLessThanOrEqual(17 * 1024 * 1024 + 16_384);
    for (const stream of bench.accepted.slice(0, 100)) stream.release(49_152);
    expect(bench.said().filter((line) => line.startsWith('WINDOW 0'))).toHaveLength(1);
  });

  test('beyond the window of the connection ends it', () => {
    const bench = receiving(400);
    bench.releases = false;
    const said = bench.accepted.flatMap(({ id }) =>
      [1, 2, 3].flatMap(() => bench.take(data(id, 16_384)).said()),
    );
    expect(said.at(-1)).toBe('GOAWAY 799 3');
    expect(bench.heard().at(-1)).toBe('over 3 more data than the window allows');
  });

  test('for a stream that was reset still counts for the connection', () => {
    const bench = receiving(1);
    bench.accepted[0]?.reset(8);
    expect(bench.said()).toEqual(['RST 1 8']);
    for (let index = 0; index < 32; index++) bench.take(data(1, 16_384));
    expect(bench.said()).toEqual(['WINDOW 0 524288']);
    expect(bench.heard()).toEqual([]);
  });
});
