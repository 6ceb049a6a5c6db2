import { getPackedSettings } from 'node:http2';
import { describe, expect, test } from 'vitest';
import { readSettings, writeSettings } from '../../../src/protocol/http2/settings.ts';
import { Bench, fieldsOf } from './bench.ts';
import { frame, settingsPayload } from './frames.ts';

describe('settings', () => {
  test('are written as Node writes them', () => {
    const settings = { maxConcurrentStreams: 100, initialWindowSize: 65_535, maxFrameSize: 16_384 };
    const sorted = (bytes: Buffer): readonly string[] =>
      (bytes.toString('hex').match(/.{12}/g) ?? []).sort();
    expect(sorted(writeSettings(settings))).toEqual(sorted(getPackedSettings(settings)));
    expect(writeSettings({})).toHaveLength(0);
  });

  test('are read as they were written', () => {
    const settings = {
      headerTableSize: 0xffff_ffff,
      enablePush: 1,
      maxConcurrentStreams: 0,
      initialWindowSize: 0x7fff_ffff,
      maxFrameSize: 16_777_215,
      maxHeaderListSize: 1,
      enableConnectProtocol: 1,
    };
    expect(readSettings(writeSettings(settings))).toEqual(settings);
  });

  test('of one kind count by their last value, and unknown ones do not count', () => {
    const payload = settingsPayload(3, 1, 0xff, 7, 3, 2, 0x7, 9, 0, 0);
    expect(readSettings(payload)).toEqual({ maxConcurrentStreams: 2 });
  });

  test.each([
    ['a half one', Buffer.alloc(5), 6],
    ['one and a half', Buffer.alloc(9), 6],
    ['a push that is neither on nor off', settingsPayload(2, 2), 1],
    ['an extended CONNECT that is neither on nor off', settingsPayload(8, 2), 1],
    ['a window beyond 2^31-1', settingsPayload(4, 0x8000_0000), 3],
    ['frames below 16,384', settingsPayload(5, 16_383), 1],
    ['frames above 2^24-1', settingsPayload(5, 16_777_216), 1],
    ['a bad value behind a good one', settingsPayload(5, 16_384, 5, 0), 1],
  ])('are refused: %s', (_, payload, code) => {
    expect(() => readSettings(payload)).toThrow(expect.objectContaining({ code }));
  });
});

describe('several sizes of the field table in one frame', () => {
  const ok = fieldsOf(':status=200', 'a=b');

  /** The octets of two answers: one before these sizes, one after them. */
  const answers = (...sizes: readonly number[]): readonly string[] => {
    const bench = new Bench('server');
    const answer = (id: number): string => {
      bench.take(bench.headers(id, [':method=GET', ':scheme=http', ':path=/'], true));
      bench.accepted.at(-1)?.sendHead(ok, true);
      const [head] = bench.output().filter(({ type }) => type === 1);
      return head?.payload.toString('hex') ?? '';
    };
    const before = answer(1);
    bench.take(frame(4, 0, 0, settingsPayload(...sizes.flatMap((size) => [1, size]))));
    return [before, answer(3)];
  };

  // 20, 3f e1 1f, 3f a9 02: sizes of 0, 4096, 328; 88: status 200; 40 01 61 01 62: "a: b", added.
  test.each<[string, readonly number[], string]>([
    ['the smallest is told, and then the last', [0, 4096], '20' + '3fe11f' + '88' + '4001610162'],
    ['in whatever order', [4096, 0, 328], '20' + '3fa902' + '88' + '4001610162'],
    ['one alone is told once', [0], '20' + '88' + '4001610162'],
    ['none that is what it was', [4096, 8192], '88' + 'be'],
  ])('%s', (_, sizes, expected) => {
    expect(answers(...sizes)).toEqual(['88' + '4001610162', expected]);
  });
});
