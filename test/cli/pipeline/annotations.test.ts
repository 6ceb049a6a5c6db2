import fc from 'fast-check';
import { expect, test } from 'vitest';
import { annotation, group, harmless } from '../../../src/cli/pipeline/annotations.ts';

test('an annotation is one line, whatever it says', () => {
  expect(annotation('error', 'a, b: c', '50 %\r\nmore ##[add-path]x')).toBe(
    '::error title=a%2C b%3A c::50 %25%0D%0Amore # #[add-path]x',
  );
});

test('lines are folded away behind their title', () => {
  expect(group('t%\n', ['a'])).toEqual(['::group::t%25%0A', 'a', '::endgroup::']);
});

test('no text becomes a second line or an older command', () => {
  const unit = fc.constantFrom('#', '##', '[', '::', '%', '\n', '\r', 'a', '\u2028', '\u001b');
  fc.assert(
    fc.property(fc.array(unit, { maxLength: 12 }), (parts) => {
      const text = parts.join('');
      for (const line of [annotation('notice', text, text), harmless(text)]) {
        expect(line).not.toMatch(/##\[|[\r\n]/);
      }
      expect(annotation('notice', text, text).match(/::/g)?.length).toBeGreaterThanOrEqual(2);
      expect(annotation('notice', text, '')).toMatch(/^::notice title=[^:,]*::$/);
    }),
    { numRuns: 5_000 },
  );
});
