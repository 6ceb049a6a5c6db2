import { badEnds, badExtensions, badSizes, badTrailers } from './body-faults.ts';
import { chunk, lastChunk } from './compose.ts';
import { family, forwarded, hidden, innocent, refusedBody, withChunks } from './smuggling.ts';
import type { Smuggle } from './vector.ts';

const half = hidden.slice(0, hidden.length / 2);
const rest = hidden.slice(hidden.length / 2);
const size = hidden.length.toString(16);
const end = lastChunk();

const sizes: readonly (readonly [name: string, body: string])[] = [
  ['a size that ends before the hidden request', `3\r\nabc${hidden}${end}`],
  ['a size that cuts the hidden request', `5\r\n${hidden}\r\n${end}`],
  ['a size that is one too large', `${(hidden.length + 1).toString(16)}\r\n${hidden}\r\n${end}`],
  ['a size that is one too small', `${(hidden.length - 1).toString(16)}\r\n${hidden}\r\n${end}`],
  ['a size that wraps round at 64 bits', `10000000000000003\r\nabc\r\n0\r\n\r\n${hidden}`],
];

const extensions: readonly (readonly [name: string, body: string])[] = [
  ['a bare LF that ends the size for one reader', `3;\nxxx\r\n${size}\r\n${hidden}\r\n${end}`],
  ['a bare LF before the hidden request', `0;a\n\r\n${hidden}`],
  ['a bare CR before the hidden request', `0;a\r\r\n\r\n${hidden}`],
  ['a quote that one reader follows over the line', `0;a="\r\n\r\n${hidden}"\r\n\r\n`],
  ['a last chunk in an extension', `5;a="0\n\r\n${hidden}`],
  ['NUL before a second size', `0\x00${size}\r\n${hidden}\r\n${end}`],
  ['a space before a second size', `0 ${size}\r\n${hidden}\r\n${end}`],
  ['a bare semicolon after the last chunk', `0;\r\n\r\n${hidden}`],
  ['an equals sign without a semicolon', `0=a\r\n\r\n${hidden}`],
];

const valid: readonly (readonly [name: string, body: string])[] = [
  ['in the second chunk', chunk('abc') + chunk(hidden) + end],
  ['in two chunks', chunk(half) + chunk(rest) + end],
  ['a chunk for every byte', Array.from(hidden, (byte) => chunk(byte)).join('') + end],
  ['behind what looks like a last chunk', chunk(`0\r\n\r\n${hidden}`) + end],
  ['between what looks like chunks', chunk(chunk(hidden) + end + hidden) + end],
  ['behind an extension that looks like a size', chunk(hidden, ';0') + end],
  ['behind a quoted extension', chunk(hidden, ';a="0;\\""') + end],
  [
    'in a chunk whose size has leading zeros',
    `00000000${size.padStart(4, '0')}\r\n${hidden}\r\n${end}`,
  ],
  ['in a chunk whose size is in upper case', `${size.toUpperCase()}\r\n${hidden}\r\n${end}`],
  ['in a chunk before a last chunk of many zeros', `${chunk(hidden)}000000\r\n\r\n`],
  ['in a chunk before a last chunk with an extension', `${chunk(hidden)}0;a=b\r\n\r\n`],
  [
    'as a trailer',
    chunk('abc') + lastChunk(['X-Sum: GET /smuggled HTTP/1.1', 'X-Host: example.test']),
  ],
  [
    'in a chunk before a trailer that frames nothing',
    chunk(hidden) + lastChunk(['X-Content-Length: 5']),
  ],
];

/** Two readers disagree about chunks: their sizes, extensions, line ends and trailers. */
export const chunkSmuggles: readonly Smuggle[] = [
  ...family('chunk size', [
    ...badSizes.map(([name, spelling]) => {
      const body = `${spelling}\r\nhello\r\n${end}${hidden}`;
      return [name, withChunks(body), refusedBody()] as const;
    }),
    ...sizes.map(([name, body]) => [name, withChunks(body), refusedBody()] as const),
    ...badSizes.slice(0, 12).map(([name, spelling]) => {
      const body = `${chunk('abc')}${spelling}\r\nhello\r\n${end}${hidden}`;
      return [
        `${name}, behind an innocent request`,
        innocent + withChunks(body),
        refusedBody(1),
      ] as const;
    }),
  ]),
  ...family('chunk extension', [
    ...badExtensions.map(([name, extension]) => {
      const body = `5${extension}\r\nhello\r\n${end}${hidden}`;
      return [name, withChunks(body), refusedBody()] as const;
    }),
    ...extensions.map(([name, body]) => [name, withChunks(body), refusedBody()] as const),
  ]),
  ...family(
    'chunk end',
    badEnds.map(([name, body]) => [name, withChunks(body + hidden), refusedBody()]),
  ),
  ...family(
    'chunk trailer',
    badTrailers.map(([name, lines]) => {
      const body = `${chunk('abc')}0\r\n${lines}\r\n${hidden}`;
      return [name, withChunks(body), refusedBody()];
    }),
  ),
  ...family('chunk', [
    ...valid.map(([name, body]) => [`hidden ${name}`, withChunks(body), forwarded(1)] as const),
    ...valid.map(
      ([name, body]) =>
        [
          `hidden ${name}, before an innocent request`,
          withChunks(body) + innocent,
          forwarded(2),
        ] as const,
    ),
  ]),
];
