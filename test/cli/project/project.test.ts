import fc from 'fast-check';
import { expect, test } from 'vitest';
import { UserError } from '../../../src/base/errors.ts';
import { readProject } from '../../../src/cli/project/project.ts';

const read = (...lines: readonly string[]) => readProject('byway.yaml', lines.join('\n'));

const faultOf = (text: string): UserError => {
  try {
    readProject('byway.yaml', text);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error(`No fault in ${text}`);
};

test('a whole file', () => {
  const { content } = read(
    'manager: https://byway.example.com',
    'namespace: shop # ours',
    'intercepts:',
    '  pricing:',
    '    port: 4000:8080',
    '    match: header("x-tenant") == "acme"',
    '    for: 45m',
    '  cart-api:',
    '    service: process/cart',
    '    command: npm run dev',
    '    max-rps: 50',
    '    match:',
    '      http-header: [x-a=1, "x-b: 2"]',
    '      http-path-prefix: /api',
  );
  expect(content).toEqual({
    manager: 'https://byway.example.com',
    namespace: 'shop',
    intercepts: {
      pricing: { port: '4000:8080', match: 'header("x-tenant") == "acme"', for: '45m' },
      'cart-api': {
        service: 'process/cart',
        command: 'npm run dev',
        'max-rps': 50,
        match: { 'http-header': ['x-a=1', 'x-b: 2'], 'http-path-prefix': '/api' },
      },
    },
  });
});

test.each(['', '# nothing yet\n', 'intercepts: {}\n'])(
  '%j says nothing, which is no fault',
  (text) => {
    expect(readProject('byway.yaml', text).content.intercepts ?? {}).toEqual({});
  },
);

test('an error has file, line, column, the place and the next step', () => {
  const { message, hint, kind } = faultOf('intercepts:\n  pricing:\n    prt: 3000\n');
  expect(kind).toBe('usage');
  expect(message).toBe('byway.yaml:3:5: "prt" is not known here. Nothing was changed.');
  expect(hint).toBe('3 │     prt: 3000\n        ^\nDid you mean port?');
});

test.each([
  ['intercept:\n  a: {}', '1:1: "intercept" is not known here.', 'Did you mean intercepts?'],
  ['a: 1', '1:1: "a" is not known here.', 'Known are manager, namespace, intercepts.'],
  ['intercepts: [a]', '1:13: Keys belong here, not a list.', 'docs/projects.md'],
  ['intercepts:\n  a: 3000', '2:6: What an intercept is made of', ''],
  ['intercepts:\n  a b: {}', '2:3: A name has only letters', ''],
  ['intercepts:\n  a:\n    port: [1]', '3:11: A port belongs here', ''],
  ['intercepts:\n  a:\n    port: 0', '3:11: A number from 1', ''],
  ['intercepts:\n  a:\n    max-rps: many', '3:14: A number belongs here', ''],
  [
    'intercepts:\n  a:\n    match:\n      http-heeder: x',
    '4:7: "http-heeder" is not known here.',
    'http-header',
  ],
  ['intercepts:\n  a:\n    match:\n      http-method: 7', '4:20: A text belongs here', ''],
  ['intercepts:\n  a:\n    command: [npm, 7]', '3:20: A text belongs here', ''],
  ['intercepts:\n  a: {}\n  a: {}', '3:3: Map keys must be unique', ''],
  ['intercepts:\n  a:\n   port: 1\n  \tb: 2', '4:', ''],
  ['- a', '1:1: Keys belong here, not a list.', ''],
  ['a text', '1:1: Keys such as intercepts belong here.', ''],
  ['intercepts:\n  a: [1]', '2:6: Keys belong here, not a list.', ''],
  ['intercepts:\n  a:\n    match: [x]', '3:12: Keys belong here, not a list.', ''],
  ['a: "', '1:', ''],
  ['manager: &x http://a', '1:', 'docs/projects.md'],
  ['manager: !!str http://a', '1:', ''],
  ['manager: !!js/function "x"', '1:', ''],
  ['a: 1\n---\nb: 2', '2:', ''],
  ['? [a]\n: b', '1:', ''],
])('%j is refused with its place', (text, place, hint) => {
  const fault = faultOf(text);
  expect(fault.message).toContain(`byway.yaml:${place}`);
  expect(fault.hint).toContain(hint);
});

const bytes = 32 * 1024;
const many = (line: string): string => `${line}\n`.repeat(Math.floor(bytes / (line.length + 1)));

// Without a bound the library needs seconds for some of these, and more stack than there is for others.
test.each([
  ['brackets', '['.repeat(bytes)],
  ['braces', '{a: '.repeat(bytes / 4)],
  ['lists in lists', '- '.repeat(bytes / 2)],
  ['keys in keys', '? '.repeat(bytes / 2)],
  ['ever deeper', Array.from({ length: 200 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
  [
    'lists, ever deeper',
    Array.from({ length: 60 }, (_, depth) => `${' '.repeat(depth)}${'- '.repeat(30)}`).join('\n'),
  ],
  ['an alias bomb', 'a: &a [x,x,x,x]\nb: &b [*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b]\nd: [*c,*c,*c,*c]'],
  ['a merge', 'a: &a {b: 1}\nc:\n  <<: *a'],
  ['quotes', many('"'.repeat(4000))],
  ['one line', 'a'.repeat(bytes)],
  ['lines', '\n'.repeat(bytes)],
  ['percents', many('%')],
  ['commas', `[${many(','.repeat(4000))}`],
  ['stars', many('*a '.repeat(1000))],
  ['too large', `#${'x'.repeat(4000)}\n`.repeat(9)],
  ['__proto__', '__proto__: {manager: http://a}\n'],
  ['a zero', 'manager: "\\0"\nx: 1'],
])('hostile: %s', (_, text) => {
  expect(faultOf(text).message).toMatch(/^byway\.yaml:\d+:\d+: /);
});

test('what it shows of a line can’t steer a terminal', () => {
  const { message, hint } = faultOf('"\\u001b[2J\u202e": 1');
  for (const steering of ['\u001b', '\u202e']) expect(message + hint).not.toContain(steering);
});

test('whatever the text, it is read or refused with a place', () => {
  const word = fc.constantFrom(
    'intercepts:',
    ' ',
    '\n',
    '  ',
    '- ',
    'a:',
    '"',
    "'",
    '[',
    ']',
    '{',
    '}',
    '&a',
    '*a',
    '!x',
    '|',
    '>',
    '#',
    '? ',
    ': ',
    '%',
    '\t',
    'port',
    '3000',
    '---',
    '...',
    '\u0000',
    '\ufeff',
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 30 }), (words) => {
      try {
        readProject('byway.yaml', words.join(''));
      } catch (error) {
        expect(error).toBeInstanceOf(UserError);
        expect((error as UserError).message).toMatch(/^byway\.yaml:\d+:\d+: /);
      }
    }),
    { numRuns: 2_000 },
  );
});
