import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LastHead } from '../../../src/protocol/http1/last-head.ts';
import { type RequestHead, readRequestHead } from '../../../src/protocol/http1/request-head.ts';
import { type ResponseHead, readResponseHead } from '../../../src/protocol/http1/response-head.ts';

const octets = (text: string): Buffer => Buffer.from(text, 'latin1');

/** All that a head says. */
const told = (head: RequestHead | undefined): unknown =>
  head && {
    ...head,
    bytes: head.bytes.toString('latin1'),
    target: head.target,
    fields: Array.from({ length: head.fields.count }, (_, line) => head.fields.valueAt(line)),
  };

/** Takes a head as a connection does. Whether it was the one before, and what it says. */
const takeWith = (last: LastHead<RequestHead>, bytes: Buffer, at = 0) => {
  const same = last.again(bytes, at);
  const head = same ?? readRequestHead(bytes.subarray(at));
  if (same === undefined && head !== undefined) last.keep(bytes, at, head.length);
  return { again: same !== undefined, told: told(head) };
};

const get = (path: string, ...lines: readonly string[]): string =>
  `${[`GET ${path} HTTP/1.1`, 'Host: a', ...lines].join('\r\n')}\r\n\r\n`;

const requests = (): LastHead<RequestHead> => new LastHead(readRequestHead);

describe('the last head', () => {
  test('is the same again wherever it stands, whatever follows, and says the same', () => {
    const last = requests();
    const first = takeWith(last, octets(get('/', 'x-byway-id: k3y')));
    for (const [before, behind] of [
      ['', ''],
      ['', 'body'],
      ['rest of a body', get('/other')],
    ] as const) {
      const bytes = octets(before + get('/', 'x-byway-id: k3y') + behind);
      expect(takeWith(last, bytes, before.length)).toEqual({ ...first, again: true });
    }
  });

  test('does not refer to the memory that it came in', () => {
    const last = requests();
    const bytes = octets(get('/', 'x-byway-id: k3y'));
    const first = takeWith(last, bytes);
    for (let time = 0; time < 3; time++) {
      const next = octets(get('/', 'x-byway-id: k3y'));
      const head = last.again(next, 0);
      next.fill('z');
      bytes.fill('z');
      expect(told(head)).toEqual(first.told);
    }
  });

  test.each([
    ['another octet', get('/', 'x-a: 1'), get('/', 'x-a: 2')],
    ['another target', get('/1'), get('/2')],
    ['another case', get('/', 'x-a: 1'), get('/', 'X-A: 1')],
    ['one line more', get('/'), get('/', 'x-byway-id: k3y')],
    ['one line less', get('/', 'x-byway-id: k3y'), get('/')],
    ['all but the last octet', get('/'), get('/').slice(0, -1)],
    ['nothing yet', get('/'), ''],
  ])('is not taken for one with %s', (_, one, other) => {
    const last = requests();
    takeWith(last, octets(one));
    expect(takeWith(last, octets(other)).again).toBe(false);
  });

  test('is forgotten when another one comes', () => {
    const last = requests();
    const seen = ['/1', '/2', '/1', '/1', '/2', '/2'].map(
      (path) => takeWith(last, octets(get(path))).again,
    );
    expect(seen).toEqual([false, false, false, true, false, true]);
  });

  test('is kept up to 4 KiB', () => {
    const sized = (length: number): Buffer => {
      const rest = length - get('/', 'x-a: ').length;
      return octets(get('/', `x-a: ${'v'.repeat(rest)}`));
    };
    for (const [length, again] of [
      [1024, true],
      [1025, true],
      [4096, true],
      [4097, false],
    ] as const) {
      const last = requests();
      takeWith(last, octets(get('/')));
      expect(takeWith(last, sized(length)).again).toBe(false);
      expect(takeWith(last, sized(length)).again).toBe(again);
    }
  });

  test('is found each time that one comes twice, however often they change', () => {
    const last = requests();
    for (let path = 0; path < 40; path++) {
      const seen = [1, 2].map(() => takeWith(last, octets(get(`/${path}`))).again);
      expect(seen).toEqual([false, true]);
    }
  });

  test('of an answer is another one after another method', () => {
    const last = new LastHead<ResponseHead>(readResponseHead);
    const bytes = octets('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n');
    last.keep(bytes, 0, bytes.length, 'GET');
    expect(last.again(bytes, 0, 'GET')?.framing).toEqual({ kind: 'length', octets: 5 });
    expect(last.again(bytes, 0, 'HEAD')).toBeUndefined();
    last.keep(bytes, 0, bytes.length, 'HEAD');
    expect(last.again(bytes, 0, 'HEAD')?.framing).toEqual({ kind: 'none' });
  });

  test('is looked for now and then where heads always differ, and found when they no longer do', () => {
    const last = requests();
    for (let path = 0; path < 200; path++) {
      expect(takeWith(last, octets(get(`/${path}`))).again).toBe(false);
    }
    const found = Array.from({ length: 130 }, () => takeWith(last, octets(get('/same'))).again);
    expect(found.at(-1)).toBe(true);
    // Once it is found again, each one is.
    expect(found.indexOf(true)).toBe(found.lastIndexOf(false) + 1);
  });

  test('says what reading it anew says, whatever comes after whatever', () => {
    const line = fc.constantFrom('x-byway-id: k3y', 'x-byway-id: k3z', 'Content-Length: 7', 'a: b');
    const head = fc
      .tuple(fc.constantFrom('/', '/a', '/ab'), fc.uniqueArray(line, { maxLength: 2 }))
      .map(([path, lines]) => get(path, ...lines));
    const sequence = fc.array(fc.tuple(head, fc.nat({ max: 12 }), fc.nat({ max: 3 })), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(sequence, (heads) => {
        const last = requests();
        for (const [text, times, at] of heads) {
          for (let time = 0; time <= times; time++) {
            const bytes = octets('x'.repeat(at) + text);
            const expected = told(readRequestHead(octets(text)));
            expect(takeWith(last, bytes, at).told).toEqual(expected);
            bytes.fill('z');
          }
        }
      }),
    );
  });
});
