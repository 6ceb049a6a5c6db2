import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OctetQueue } from '../../../src/protocol/http2/octet-queue.ts';

test('octets come out as they went in, whatever the parts', () => {
  const step = fc.oneof(
    fc.record({ push: fc.uint8Array({ maxLength: 3000 }) }),
    fc.record({ drop: fc.nat(4000) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const queue = new OctetQueue();
      let expected = Buffer.alloc(0);
      for (const one of steps) {
        if ('push' in one) {
          const lent = Buffer.from(one.push);
          queue.push(lent);
          expected = Buffer.concat([expected, lent]);
          lent.fill(0);
        } else {
          const first = queue.first() ?? Buffer.alloc(0);
          const octets = Math.min(one.drop, first.length);
          queue.drop(octets);
          expected = expected.subarray(octets);
        }
        expect(Buffer.concat(queue.all()).equals(expected)).toBe(true);
        expect(queue.isEmpty).toBe(expected.length === 0);
        expect(queue.isOnePiece).toBe(queue.all().length === 1);
      }
    }),
  );
});

test('64 KiB that came octet by octet lie in a few pieces', () => {
  const queue = new OctetQueue();
  for (let index = 0; index < 65_536; index++) queue.push(Buffer.from([index & 0xff]));
  expect(queue.all().length).toBeLessThan(12);
  // Small pieces share memory of Node's, of 8 or 64 KiB.
  const memories = new Set(queue.all().map(({ buffer }) => buffer));
  const memory = [...memories].reduce((sum, { byteLength }) => sum + byteLength, 0);
  expect(memory).toBeLessThan(3 * 65_536);
  queue.clear();
  expect(queue.first()).toBeUndefined();
});
