import { getPackedSettings } from 'node:http2';
import { describe, expect, test } from 'vitest';
import { readSettings, writeSettings } from '../../../src/protocol/http2/settings.ts';
import { settingsPayload } from './frames.ts';

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
