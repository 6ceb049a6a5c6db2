import { expect, test } from 'vitest';
import { effectiveKey } from '../../src/propagation/key.ts';

test.each([
  ['the header alone', 'k1', undefined, 'k1'],
  ['the baggage member alone', undefined, 'a=1,byway=k2', 'k2'],
  ['both, and the header wins', 'k1', 'byway=k2', 'k1'],
  ['an empty header, which is still the header', '', 'byway=k2', ''],
  ['two members, and the first wins', undefined, 'byway=k2,byway=k3', 'k2'],
  ['neither', undefined, 'a=1', undefined],
  ['nothing at all', undefined, undefined, undefined],
])('the key of a request with %s', (_, header, baggage, key) => {
  expect(effectiveKey(header, baggage)).toBe(key);
});
