import { expect, test } from 'vitest';
import { parseExpression } from '../../src/protocol/match/expression/parse.ts';
import { nearMissReasons, shownPath } from '../../src/protocol/near-miss.ts';
import { nearMissWords } from '../../src/protocol/near-miss-words.ts';

const match = parseExpression(
  'key and path.startsWith("/cart") and header("x-tenant") == "acme" and method == "PUT"',
);
const seen = { path: '/admin', method: 'GET', reason: 'other_value' } as const;
const detailOf = (more: Partial<Parameters<typeof nearMissWords>[1]>) =>
  nearMissWords(match, { ...seen, ...more })?.detail;

test('every reason has a detail and an advice, for the key and for a predicate', () => {
  for (const reason of nearMissReasons) {
    for (const predicate of [{}, { predicate: 0 }, { predicate: 1 }]) {
      const words = nearMissWords(match, { ...seen, reason, ...predicate });
      expect(words?.detail).toMatch(/^[a-z].*[^.]$/);
      expect(words?.advice).toMatch(/^[A-Z]/);
    }
  }
});

test('they name what the rule asks for and where the request went', () => {
  expect(detailOf({ predicate: 0 })).toBe('path /admin is not in your filter');
  expect(detailOf({ predicate: 1 })).toBe('header x-tenant had another value');
  expect(detailOf({ predicate: 2 })).toBe('method GET is not in your filter');
  expect(detailOf({ predicate: 0, reason: 'excluded' })).toBe(
    'path /admin is one that your filter leaves out',
  );
  expect(detailOf({ predicate: 0, reason: 'trailing_slash' })).toBe(
    'path /admin differed in its last slash only',
  );
  expect(detailOf({ carrier: 'baggage' })).toBe('baggage "byway" had another value');
  expect(detailOf({ carrier: 'header' })).toBe('x-byway-id had another value');
  expect(detailOf({ reason: 'malformed', carrier: 'header', characters: 20 })).toBe(
    'x-byway-id was no key: it had 20 characters, a key has 26',
  );
  expect(detailOf({ reason: 'malformed', carrier: 'header', characters: 26 })).toContain(
    'small letters and the digits 2 to 7',
  );
});

test('a predicate that the rule has not says nothing', () => {
  expect(nearMissWords(match, { ...seen, predicate: 3 })).toBeUndefined();
});

test('a path is cut, and nothing like a key is in it', () => {
  const key = 'abcdefghijklmnopqrstuvwxyz';
  expect(shownPath(`/a/${key}/b`)).toBe('/a/…/b');
  expect(shownPath(`/a/${key.toUpperCase()}${key}x`)).toBe('/a/…');
  expect(shownPath(`/${'a/'.repeat(200)}`)).toHaveLength(128);
  expect(shownPath(`/${'a/'.repeat(60)}${key}`)).not.toContain('abcde');
});
