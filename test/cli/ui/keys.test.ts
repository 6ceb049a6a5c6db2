import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lastKeys, readKeys } from '../../../src/cli/ui/terminal/keys.ts';

const namesOf = (text: string): readonly string[] =>
  readKeys(text).keys.map(({ name, text: typed }) => (name === 'character' ? typed : name));

test.each([
  ['j', ['j']],
  ['\u001b[A\u001b[B', ['up', 'down']],
  ['\u001bOA', ['up']],
  ['\u001b[5~\u001b[6~', ['page_up', 'page_down']],
  ['\u001b[1~\u001b[F', ['home', 'end']],
  ['\r', ['enter']],
  ['\u007f\b', ['backspace', 'backspace']],
  ['\u0003', ['interrupt']],
  ['\u001a', ['suspend']],
  ['\u0015\f', ['clear', 'redraw']],
  ['東😀', ['東', '😀']],
  ['\u001bq', ['escape', 'q']],
  ['\u001b\u001b[A', ['escape', 'up']],
])('%j', (text, names) => {
  expect(namesOf(text)).toEqual(names);
  expect(readKeys(text).rest).toBe('');
});

test.each([
  ['a mouse', '\u001b[<0;12;3M'],
  ['focus', '\u001b[I'],
  ['a function key', '\u001b[15~'],
  ['a control character', '\u0001'],
])('%s means nothing', (_, text) => {
  expect(namesOf(text)).toEqual([]);
});

test('a lone Escape is one once nothing follows', () => {
  const { keys, rest } = readKeys('\u001b');
  expect(keys).toEqual([]);
  expect(lastKeys(rest)).toEqual([{ name: 'escape', text: '' }]);
  expect(lastKeys('')).toEqual([]);
});

test('a sequence without end is not waited for', () => {
  const { keys } = readKeys(`\u001b[${'1;'.repeat(40)}`);
  expect(keys[0]?.name).toBe('escape');
});

test('sequences read the same wherever they are cut', () => {
  const whole = 'a\u001b[A\u001bOB東\u001b[5~\u001b[<0;12;3Mq';
  for (let at = 0; at <= whole.length; at++) {
    const first = readKeys(whole.slice(0, at));
    const second = readKeys(first.rest + whole.slice(at));
    expect([...first.keys, ...second.keys], String(at)).toEqual(readKeys(whole).keys);
  }
});

test('nothing that a terminal may send is a character that steers one', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      for (const key of readKeys(text).keys) expect(key.text).not.toMatch(/\p{Cc}/u);
    }),
  );
});
