import { describe, expect, test } from 'vitest';
import { connectionPreface } from '../../../src/protocol/http2/constants.ts';
import { Bench, getRequest, postRequest } from './bench.ts';
import { emptySettings, frame, number, settingsPayload } from './frames.ts';

const begin = Buffer.concat([connectionPreface, emptySettings]);
// GET / with :scheme http and :authority a, in HPACK.
const block = '8286844101' + '61';
const get = frame(1, 5, 1, block);
const post = frame(1, 4, 1, `8386844101${'61'}`);

/** What comes behind the beginning, and what a server says to it. */
const hostile: readonly (readonly [string, readonly Buffer[], string])[] = [
  ['DATA on the connection', [frame(0, 0, 0, '61')], 'GOAWAY 0 1'],
  ['DATA on an idle stream', [frame(0, 0, 1, '61')], 'GOAWAY 0 1'],
  ['DATA on a stream of our own kind', [frame(0, 0, 2, '61')], 'GOAWAY 0 1'],
  ['DATA behind the end', [get, frame(0, 0, 1, '61')], 'RST 1 5'],
  ['empty DATA behind the end', [get, frame(0, 1, 1)], 'RST 1 5'],
  ['DATA with too much padding', [post, frame(0, 8, 1, '0261')], 'GOAWAY 1 1'],
  ['DATA without its padding', [post, frame(0, 8, 1)], 'GOAWAY 1 6'],
  [
    'more DATA than content-length',
    [frame(1, 4, 1, `8386844101610f0d0131`), frame(0, 0, 1, '6161')],
    'RST 1 1',
  ],
  [
    'less DATA than content-length',
    [frame(1, 4, 1, `8386844101610f0d0132`), frame(0, 1, 1, '61')],
    'RST 1 1',
  ],
  [
    'an end without DATA, despite content-length',
    [frame(1, 5, 1, `8386844101610f0d0132`)],
    'RST 1 1',
  ],
  [
    'trailers before the content-length',
    [frame(1, 4, 1, `8386844101610f0d0132`), frame(1, 5, 1, '00017801' + '79')],
    'RST 1 1',
  ],
  ['HEADERS on the connection', [frame(1, 5, 0, block)], 'GOAWAY 0 1'],
  ['HEADERS on an even stream', [frame(1, 5, 2, block)], 'GOAWAY 0 1'],
  ['HEADERS on a lower stream', [frame(1, 5, 5, block), frame(1, 5, 3, block)], 'GOAWAY 5 1'],
  ['HEADERS behind the end', [get, get], 'RST 1 5'],
  ['HEADERS with too much padding', [frame(1, 13, 1, `07${block}`)], 'GOAWAY 0 1'],
  ['HEADERS without padding', [frame(1, 13, 1)], 'GOAWAY 0 6'],
  ['HEADERS with half a priority', [frame(1, 0x25, 1, '00000000')], 'GOAWAY 0 6'],
  ['HEADERS that depend on themselves', [frame(1, 0x25, 1, `0000000110${block}`)], 'RST 1 1'],
  [
    'HEADERS that exclusively depend on themselves',
    [frame(1, 0x25, 1, `8000000110${block}`)],
    'RST 1 1',
  ],
  ['trailers that end nothing', [post, frame(1, 4, 1, '00017801' + '79')], 'RST 1 1'],
  ['pseudo fields as trailers', [post, frame(1, 5, 1, '82')], 'RST 1 1'],
  ['an index of 0', [frame(1, 5, 1, '80')], 'GOAWAY 0 9'],
  ['an index beyond the tables', [frame(1, 5, 1, 'be')], 'GOAWAY 0 9'],
  ['a block that ends inside a field', [frame(1, 5, 1, '8286844105' + '61')], 'GOAWAY 0 9'],
  ['an endless integer', [frame(1, 5, 1, 'ffffffffffffffffff')], 'GOAWAY 0 9'],
  ['a table larger than allowed', [frame(1, 5, 1, `3fe21f${block}`)], 'GOAWAY 0 9'],
  ['a Huffman code that ends wrong', [frame(1, 5, 1, '828684418100')], 'GOAWAY 0 9'],
  [
    'a broken block on a stream that is gone',
    [get, frame(3, 0, 1, '00000008'), frame(1, 5, 1, '80')],
    'GOAWAY 1 9',
  ],
  ['PRIORITY on the connection', [frame(2, 0, 0, '0000000010')], 'GOAWAY 0 1'],
  ['PRIORITY of a wrong length', [post, frame(2, 0, 1, '00000000')], 'RST 1 6'],
  ['PRIORITY of a wrong length, idle', [frame(2, 0, 1, '00000000')], 'GOAWAY 0 6'],
  ['PRIORITY on itself', [post, frame(2, 0, 1, '0000000110')], 'RST 1 1'],
  ['RST_STREAM on the connection', [frame(3, 0, 0, '00000008')], 'GOAWAY 0 1'],
  ['RST_STREAM on an idle stream', [frame(3, 0, 1, '00000008')], 'GOAWAY 0 1'],
  ['RST_STREAM of a wrong length', [post, frame(3, 0, 1, '000008')], 'GOAWAY 1 6'],
  ['SETTINGS on a stream', [frame(4, 0, 1)], 'GOAWAY 0 1'],
  ['SETTINGS of a wrong length', [frame(4, 0, 0, '0003000000')], 'GOAWAY 0 6'],
  ['SETTINGS with ACK and more', [frame(4, 1, 0, '000300000001')], 'GOAWAY 0 6'],
  ['a window of 2^31', [frame(4, 0, 0, settingsPayload(4, 0x8000_0000))], 'GOAWAY 0 3'],
  ['PUSH_PROMISE', [get, frame(5, 4, 1, `00000002${block}`)], 'GOAWAY 1 1'],
  ['PING on a stream', [frame(6, 0, 1, '0102030405060708')], 'GOAWAY 0 1'],
  ['PING of a wrong length', [frame(6, 0, 0, '01020304050607')], 'GOAWAY 0 6'],
  ['GOAWAY on a stream', [frame(7, 0, 1, '0000000000000000')], 'GOAWAY 0 1'],
  ['GOAWAY of a wrong length', [frame(7, 0, 0, '00000000000000')], 'GOAWAY 0 6'],
  ['WINDOW_UPDATE of nothing', [post, frame(8, 0, 1, '00000000')], 'RST 1 1'],
  ['WINDOW_UPDATE of nothing on the connection', [frame(8, 0, 0, '80000000')], 'GOAWAY 0 1'],
  ['WINDOW_UPDATE on an idle stream', [frame(8, 0, 1, '00000001')], 'GOAWAY 0 1'],
  ['WINDOW_UPDATE of a wrong length', [frame(8, 0, 0, '000001')], 'GOAWAY 0 6'],
  ['CONTINUATION alone', [frame(9, 4, 1, block)], 'GOAWAY 0 1'],
  ['CONTINUATION behind a whole block', [get, frame(9, 4, 1, block)], 'GOAWAY 1 1'],
  ['CONTINUATION of another stream', [frame(1, 1, 1, block), frame(9, 4, 3)], 'GOAWAY 0 1'],
  [
    'another frame inside a block',
    [frame(1, 1, 1, block), frame(6, 0, 0, '0102030405060708')],
    'GOAWAY 0 1',
  ],
  ['an unknown frame inside a block', [frame(1, 1, 1, block), frame(0xaa, 0, 1)], 'GOAWAY 0 1'],
  ['DATA inside a block', [frame(1, 1, 1, block), frame(0, 0, 1, '61')], 'GOAWAY 0 1'],
  ['a second preface', [connectionPreface], 'GOAWAY 0 6'],
  ['a frame of 16,385 octets', [frame(0xaa, 0, 0, Buffer.alloc(16_385))], 'GOAWAY 0 6'],
  ['HTTP/1', [Buffer.from('GET / HTTP/1.1\r\nhost: a\r\n\r\n')], 'GOAWAY 0 6'],
];

/** What does not matter. */
const harmless: readonly (readonly [string, readonly Buffer[]])[] = [
  ['unknown frames', [frame(0xaa, 0xff, 0, '01'), frame(0x0a, 0, 7, '01'), get, frame(0xfe, 0, 1)]],
  ['unknown flags', [frame(1, 5 | 0xd2, 1, block)].map(withoutPadding)],
  ['an unknown setting', [frame(4, 0, 0, settingsPayload(0xfff0, 7)), get]],
  ['an ACK of no settings', [frame(4, 1, 0), get]],
  ['an answer to no PING', [frame(6, 1, 0, '0102030405060708'), get]],
  ['GOAWAY with a reason', [get, frame(7, 0, 0, `0000000000000002${'61'.repeat(500)}`)]],
  ['PRIORITY of any stream', [frame(2, 0, 99, '0000000110'), get, frame(2, 0, 1, '8000000310')]],
  ['HEADERS with padding and priority', [frame(1, 0x2d, 1, `030000000310${block}000000`)]],
  [
    'a block in parts',
    [frame(1, 1, 1, '82'), frame(9, 0, 1, '86'), frame(9, 0, 1), frame(9, 4, 1, '844101' + '61')],
  ],
  ['an empty block of the beginning', [frame(1, 1, 1), frame(9, 4, 1, block)]],
  ['WINDOW_UPDATE behind the end', [get, frame(8, 0, 1, '00000001')]],
];

// Without the two flags that would mean something.
function withoutPadding(bytes: Buffer): Buffer {
  bytes[4] = (bytes[4] as number) & ~0x28;
  return bytes;
}

const server = (): Bench => {
  const bench = new Bench('server', {}, false);
  bench.session.take(begin);
  bench.output();
  bench.heard();
  return bench;
};

const ends = (bench: Bench): readonly string[] =>
  bench.said().filter((line) => /^(GOAWAY|RST)/.test(line));

describe('a hostile client', () => {
  test.each(hostile)('is answered: %s', (_, frames, expected) => {
    const whole = server().take(...frames);
    expect(ends(whole)).toEqual([expected]);
    expect(whole.session.isOver).toBe(expected.startsWith('GOAWAY'));
    const bytes = Buffer.concat(frames);
    for (let at = 1; at < bytes.length; at += bytes.length > 1000 ? 997 : 1) {
      const cut = server();
      cut.session.take(bytes.subarray(0, at));
      cut.session.take(bytes.subarray(at));
      expect(ends(cut)).toEqual([expected]);
      expect(cut.heard().filter((line) => line.startsWith('request'))).toEqual(
        whole.log.filter((line) => line.startsWith('request')),
      );
    }
  });

  test.each(harmless)('is heard, though it may look hostile: %s', (_, frames) => {
    const bench = server().take(...frames);
    expect(ends(bench)).toEqual([]);
    const request = 'request 1 :method=GET :scheme=http :path=/ :authority=a end';
    expect(bench.heard()).toContain(request);
  });
});

describe('a hostile server', () => {
  const client = (): Bench => {
    const bench = new Bench('client');
    bench.request(':method=GET').sendHead([], true);
    bench.output();
    return bench;
  };
  const ok = frame(1, 4, 1, '88');

  test.each<[string, readonly Buffer[], string]>([
    ['DATA before the head', [frame(0, 0, 1, '61')], 'RST 1 1'],
    ['DATA behind the end', [ok, frame(0, 1, 1), frame(0, 0, 1, '61')], 'GOAWAY 0 5'],
    ['an answer behind the end', [ok, frame(0, 1, 1), ok], 'GOAWAY 0 5'],
    ['an answer that nobody asked for', [frame(1, 5, 3, '88')], 'GOAWAY 0 1'],
    ['a request', [frame(1, 5, 2, block)], 'GOAWAY 0 1'],
    ['a pushed request', [frame(5, 4, 1, `00000002${block}`)], 'GOAWAY 0 1'],
    ['an answer without status', [frame(1, 4, 1, '0001780179')], 'RST 1 1'],
    ['an interim answer that ends', [frame(1, 5, 1, '0803313033')], 'RST 1 1'],
    ['status 101', [frame(1, 4, 1, '0803313031')], 'RST 1 1'],
    ['a second answer', [ok, ok], 'RST 1 1'],
    ['data in an answer without content', [frame(1, 4, 1, '89'), frame(0, 1, 1, '61')], 'RST 1 1'],
    ['too many fields', [frame(1, 4, 1, `88${'90'.repeat(261)}`)], 'RST 1 1'],
    ['a push that it wants', [frame(4, 0, 0, settingsPayload(2, 1))], 'GOAWAY 0 1'],
  ])('is answered: %s', (_, frames, expected) => {
    const bench = client().take(...frames);
    expect(ends(bench)).toEqual([expected]);
  });
});

describe('a flood', () => {
  const many = 100_000;
  const piece = 1000;

  /** What one client may do for as long as it likes, and what then has piled up. */
  const flood = (bench: Bench, one: (index: number) => Buffer): void => {
    for (let index = 0; index < many && !bench.session.isOver; index += piece) {
      bench.session.take(
        Buffer.concat(Array.from({ length: piece }, (_, more) => one(index + more))),
      );
    }
  };

  const octets = (bench: Bench): number =>
    bench.output().reduce((sum, { payload }) => sum + payload.length + 9, 0);

  test.each<[string, (bench: Bench) => (index: number) => Buffer]>([
    ['PING', () => () => frame(6, 0, 0, '0102030405060708')],
    ['SETTINGS', () => (index) => frame(4, 0, 0, settingsPayload(4, index))],
    [
      'rapid resets',
      () => (index) =>
        Buffer.concat([frame(1, 5, index * 2 + 1, block), frame(3, 0, index * 2 + 1, '00000008')]),
    ],
    [
      'streams that the server has to reset',
      () => (index) =>
        Buffer.concat([frame(1, 4, index * 2 + 1, block), frame(8, 0, index * 2 + 1, '00000000')]),
    ],
    ['malformed requests', () => (index) => frame(1, 5, index * 2 + 1, '82')],
    ['requests beyond the limit', () => (index) => frame(1, 4, index * 2 + 1, block)],
    [
      'empty DATA',
      (bench) => {
        bench.take(post);
        return () => frame(0, 0, 1);
      },
    ],
    ['empty CONTINUATION', () => (index) => (index === 0 ? frame(1, 1, 1, block) : frame(9, 0, 1))],
  ])('of %s ends the connection, with little to say', (_, prepare) => {
    const bench = server();
    flood(bench, prepare(bench));
    expect(bench.session.isOver).toBe(true);
    expect(octets(bench)).toBeLessThan(64 * 1024);
    expect(bench.heard().at(-1)).toMatch(/^over 11 /);
  });

  test.each<[string, (index: number) => Buffer]>([
    ['PRIORITY', (index) => frame(2, 0, (index % 500) * 2 + 1, '0000000010')],
    ['unknown frames', () => frame(0xaa, 0, 1, Buffer.alloc(10))],
    ['ACKs', () => frame(4, 1, 0)],
    ['answers to PING', () => frame(6, 1, 0, '0102030405060708')],
    ['resets of one stream', () => frame(3, 0, 1, '00000008')],
    ['DATA that nobody wants', () => frame(0, 0, 1, '61')],
    ['windows of one octet', () => frame(8, 0, 0, number(1))],
    ['GOAWAY', () => frame(7, 0, 0, '0000000000000000')],
  ])('of %s costs nothing that stays', (_, one) => {
    const bench = server();
    bench.take(post);
    bench.accepted[0]?.reset(8);
    bench.heard();
    flood(bench, one);
    expect(bench.session.isOver).toBe(false);
    expect(octets(bench)).toBeLessThan(1024);
    expect(bench.session.open).toBe(0);
    expect(
      bench
        .take(bench.headers(9999, getRequest, true))
        .heard()
        .at(-1),
    ).toMatch(/^request 9999/);
  });

  test('of data in single octets is kept in little more than its size', () => {
    const [bench, other] = [server(), new Bench('client')];
    other.take(frame(4, 0, 0, settingsPayload(4, 0)));
    bench.take(bench.headers(1, postRequest));
    const target = other.request(':method=POST');
    const [source] = bench.accepted;
    if (source !== undefined) {
      source.events = { ...source.events, data: (bytes) => target.sendData(bytes, false) };
    }
    bench.take(...Array.from({ length: 65_535 }, () => frame(0, 0, 1, '61')));
    other.take(frame(8, 0, 1, number(65_535)));
    expect(other.output().filter(({ type }) => type === 0).length).toBeLessThan(20);
  });

  test('of fields by index is refused before it becomes text', () => {
    const bench = server();
    bench.take(
      frame(
        1,
        4,
        1,
        Buffer.concat([Buffer.from(`${block}4001787fa11e`, 'hex'), Buffer.alloc(4000, 0x61)]),
      ),
    );
    bench.heard();
    for (let id = 3; id < 200; id += 2) {
      bench.take(frame(1, 5, id, Buffer.alloc(16_000, 0xbe)));
    }
    const heard = bench.heard();
    expect(heard).toHaveLength(99);
    expect(heard.every((line) => line.startsWith('oversized'))).toBe(true);
    expect(bench.session.isOver).toBe(false);
  });
});
