import { host, message } from './compose.ts';
import type { HostileHead } from './vector.ts';

const kib = 1024;
const get = 'GET / HTTP/1.1';
const lines = (count: number, line: (index: number) => string): readonly string[] =>
  Array.from({ length: count }, (_, index) => line(index));

const sizes: readonly (readonly [name: string, bytes: string])[] = [
  ['a first line of 17 KiB', message(`GET /${'a'.repeat(17 * kib)} HTTP/1.1`, [host])],
  ['a query of 40 KiB', message(`GET /?q=${'a'.repeat(40 * kib)} HTTP/1.1`, [host])],
  [
    'an absolute target of 17 KiB',
    message(`GET http://example.test/${'a'.repeat(17 * kib)} HTTP/1.1`, [host]),
  ],
  ['a first line that never ends', `GET /${'a'.repeat(128 * kib)}`],
  ['a value of 70 KiB', message(get, [host, `X-Odd: ${'a'.repeat(70 * kib)}`])],
  ['a value of 1 MiB', message(get, [host, `X-Odd: ${'a'.repeat(kib * kib)}`])],
  ['a value of 70 KiB of spaces', message(get, [host, `X-Odd: ${' '.repeat(70 * kib)}a`])],
  ['a value that never ends', `${get}\r\n${host}\r\nX-Odd: ${'a'.repeat(128 * kib)}`],
  ['a field name of 70 KiB', message(get, [host, `${'a'.repeat(70 * kib)}: a`])],
  ['a field name that never ends', `${get}\r\n${host}\r\n${'a'.repeat(128 * kib)}`],
  ['a Host of 70 KiB', message(get, [`Host: ${'a'.repeat(70 * kib)}`])],
  ['300 field lines', message(get, [host, ...lines(300, (index) => `X-${index}: a`)])],
  ['1,000 identical field lines', message(get, [host, ...lines(1000, () => 'X-Odd: a')])],
  [
    '300 cookies on lines of their own',
    message(get, [host, ...lines(300, (index) => `Cookie: c${index}=1`)]),
  ],
  ['300 fields with empty values', message(get, [host, ...lines(300, (index) => `X-${index}:`)])],
  ['field lines that never end', `${get}\r\n${host}\r\n${'X-Odd: a\r\n'.repeat(20_000)}`],
  [
    '200 field lines of 70 KiB in all',
    message(get, [host, ...lines(200, () => `X: ${'a'.repeat(360)}`)]),
  ],
  ['70 KiB in HTTP/1.0', message('GET / HTTP/1.0', [`X-Odd: ${'a'.repeat(70 * kib)}`])],
  [
    '70 KiB before a good Content-Length',
    message(
      'POST / HTTP/1.1',
      [host, `X-Odd: ${'a'.repeat(70 * kib)}`, 'Content-Length: 3'],
      'abc',
    ),
  ],
];

/** Heads beyond a limit: 16 KiB for the first line, 64 KiB in all, 256 field lines. */
export const hostileSizes: readonly HostileHead[] = sizes.map(([name, bytes]) => ({
  name,
  family: 'size',
  rule: 'limit',
  bytes,
  status: 431,
}));
