import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isAt, readJsonRule } from '../../../src/cli/recorder/redaction/json-rule.ts';
import { readJson, unquoted } from '../../../src/cli/recorder/redaction/json-text.ts';
import { maskHeaders } from '../../../src/cli/recorder/redaction/mask-headers.ts';
import { maskJson, maskLoose, maskTarget } from '../../../src/cli/recorder/redaction/mask-text.ts';
import { readReveal } from '../../../src/cli/recorder/redaction/reveal.ts';
import { redactionRules } from '../../../src/cli/recorder/redaction/rules.ts';
import { Secrets } from '../../../src/cli/recorder/redaction/secrets.ts';

const maskingOf = (json: readonly string[] = [], reveal: readonly string[] = []) => ({
  rules: redactionRules({ headers: ['X-Mine'], json }, 'kkkkkkkkkkkkkkkkkkkkkkkkkk'),
  reveal: readReveal(reveal),
  secrets: new Secrets(),
});

test.each([
  ['/a?b=1', '/a?b=1'],
  ['/a?access_token=x&b=2', '/a?access_token=[redacted:ACCESS_TOKEN]&b=2'],
  ['/a?Token=x#y', '/a?Token=[redacted:TOKEN]'],
  ['/a?to%6ben=x', '/a?to%6ben=[redacted:TOKEN]'],
  ['/a?key=x&sig=y', '/a?key=[redacted:KEY]&sig=[redacted:SIG]'],
  ['/a?token=', '/a?token='],
  ['/token=abc/x', '/token=[redacted:TOKEN]'],
])('target %s', (target, masked) => {
  expect(maskTarget(maskingOf(), target)).toBe(masked);
});

test.each([
  ['Authorization', 'Bearer abc', 'Bearer [redacted:AUTHORIZATION]'],
  ['authorization', 'abc', '[redacted:AUTHORIZATION]'],
  ['Cookie', 'a=1; b=2', 'a=[redacted:COOKIE_A]; b=[redacted:COOKIE_B]'],
  ['Set-Cookie', 'a=1; Path=/; HttpOnly', 'a=[redacted:COOKIE_A]; Path=/; HttpOnly'],
  ['X-Api-Key', 'abc', '[redacted:X_API_KEY]'],
  ['x-mine', 'abc', '[redacted:X_MINE]'],
  ['x-byway-id', 'abc', '[redacted:BYWAY_KEY]'],
  ['baggage', 'a=1, byway = abc ;p=1', 'a=1, byway = [redacted:BYWAY_KEY] ;p=1'],
  ['Referer', 'http://a/?token=abc', 'http://a/?token=[redacted:TOKEN]'],
  ['Accept', 'text/html', 'text/html'],
])('header %s: %s', (name, value, masked) => {
  expect(maskHeaders(maskingOf(), [[name, value]])).toEqual([[name, masked]]);
});

test.each([
  ['{"a":1}', '{"a":1}'],
  ['{"password":"x","n":1}', '{"password":"[redacted:PASSWORD]","n":1}'],
  ['{"a":[{"pin":1234}]}', '{"a":[{"pin":"[redacted:PIN]"}]}'],
  ['{"secret":{"a":[1,2]},"b":2}', '{"secret":"[redacted:SECRET]","b":2}'],
  ['{"token":null,"secret":""}', '{"token":null,"secret":""}'],
  ['{"pass\\u0077ord":"x"}', '{"pass\\u0077ord":"[redacted:PASSWORD]"}'],
  ['{"password":"cut of', '{"password":"[redacted:PASSWORD]"'],
  ['{"a":1}\n{"password":"second"}', '{"a":1}\n{"password":"[redacted:PASSWORD]"}'],
  ['[1,2', '[1,2'],
  ['{"big":12345678901234567890}', '{"big":12345678901234567890}'],
])('JSON %s', (text, masked) => {
  expect(maskJson(maskingOf(), text)).toBe(masked);
});

test('places that a user names are masked, and what is revealed is not', () => {
  const text = '{"user":{"mail":"m"},"items":[{"price":1},{"price":2}],"deep":{"a":{"code":"c"}}}';
  const places = ['$.user.mail', '$.items[*].price', '$..code'];
  expect(maskJson(maskingOf(places), text)).toBe(
    '{"user":{"mail":"[redacted:MAIL]"},"items":[{"price":"[redacted:PRICE]"},{"price":"[redacted:PRICE_2]"}],"deep":{"a":{"code":"[redacted:CODE]"}}}',
  );
  expect(maskJson(maskingOf(places, ['json:$.items', 'json:$..code']), text)).toBe(
    text.replace('"m"', '"[redacted:MAIL]"'),
  );
});

test.each([
  ['$.a', ['a'], true],
  ['$.a', ['a', 'b'], true],
  ['$.a', ['b'], false],
  ['a.b', ['a', 'b'], true],
  ['$.a[0]', ['a', 0], true],
  ['$.a[1]', ['a', 0], false],
  ['$..x', ['a', 0, 'x', 'y'], true],
  ["$['two words']", ['two words'], true],
  ['$.*.b', ['a', 'b'], true],
])('%s and %j: %s', (rule, path, at) => {
  expect(isAt(readJsonRule(rule), path)).toBe(at);
});

test.each(['', '$', '$.', '$.a[', '$.a..', '$[a]', 'a b]', '$.'.repeat(200)])(
  '%s is no place',
  (text) => {
    expect(() => readJsonRule(text)).toThrow('is no place');
  },
);

test('any text is masked alike form by form, and what is found once is found everywhere', () => {
  const masking = maskingOf();
  maskHeaders(masking, [['authorization', 'Bearer a/b+c"d=ef']]);
  const { secrets } = masking;
  const mask = '[redacted:AUTHORIZATION]';
  expect(secrets.maskAll('x a/b+c"d=ef y')).toBe(`x ${mask} y`);
  expect(secrets.maskAll('x a%2Fb%2Bc%22d%3Def y')).toMatch(/^x \[redacted:AUTHORIZATION_\d\] y$/);
  expect(secrets.maskAll('{"x":"a/b+c\\"d=ef"}')).toMatch(
    /^\{"x":"\[redacted:AUTHORIZATION_\d\]"\}$/,
  );
});

test('a mask is never masked again, whatever a secret is', () => {
  const secrets = new Secrets();
  expect(secrets.mask('redacted', 'a', 'x')).toBe('[redacted:A]');
  secrets.mask('REDACTED', 'redacted', 'x');
  expect(secrets.maskAll('[redacted:A] redacted')).toBe('[redacted:A] [redacted:A]');
});

test('loose text: forms, headers in text, tokens of known shape', () => {
  const mask = (text: string) => maskLoose(maskingOf(), text);
  expect(mask('a=1&password=abc&b=2')).toBe('a=1&password=[redacted:PASSWORD]&b=2');
  expect(mask('data: {"token": "a\\"b", "n": 1}')).toBe(
    'data: {"token": "[redacted:TOKEN]", "n": 1}',
  );
  expect(mask('{"nested":"{\\"token\\":\\"abc\\"}"}')).toBe(
    '{"nested":"{\\"token\\":\\"[redacted:TOKEN]\\"}"}',
  );
  expect(mask('password: "unclosed')).toBe('password: "[redacted:PASSWORD]');
  expect(mask('see http://a/b;token=abc?x')).toBe('see http://a/b;token=[redacted:TOKEN]');
  expect(mask('Bearer abcdefghij')).toBe('Bearer [redacted:TOKEN]');
  expect(mask('eyJhbGciOiJIUzI1NiJ9.eyJhIjoxfQ.c2ln')).toBe('[redacted:TOKEN]');
  expect(mask(`tk_${'a'.repeat(26)}.${'b'.repeat(52)}`)).toBe('[redacted:TOKEN]');
});

test('reading JSON agrees with JSON.parse on every value, and never throws on anything', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      const { values, end } = readJson(text);
      expect(text.slice(end).trim()).toBe('');
      const [root] = values;
      expect(JSON.parse(text.slice(root?.start, root?.end))).toEqual(JSON.parse(text));
      for (const { path, start, end: stop } of values) {
        let value: unknown = JSON.parse(text);
        for (const segment of path) value = Reflect.get(value as object, segment);
        const written = text.slice(start, stop);
        if (written.startsWith('"')) expect(unquoted(written)).toBe(value);
        else expect(JSON.parse(written)).toEqual(value);
      }
    }),
  );
  fc.assert(fc.property(fc.string(), (text) => void maskJson(maskingOf(['$..a']), text)));
});

test('what is nested, long or full of quotation marks costs no more than its length', () => {
  for (const text of [
    '['.repeat(500_000),
    '{"a":'.repeat(200_000),
    'a="'.repeat(300_000),
    '"'.repeat(900_000),
    'token='.repeat(150_000),
  ]) {
    maskJson(maskingOf(['$..a']), text);
    // A cost that grows with the square would take hours.
    expect(maskLoose(maskingOf(), text)).not.toBe('');
  }
});

test('behind the last value that is read nothing is shown', () => {
  const text = `[${'1,'.repeat(60_000)}{"mine":"late"}]`;
  expect(maskJson(maskingOf(['$[*].mine']), text)).not.toContain('late');
});
