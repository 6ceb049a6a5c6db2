import { chunk, chunkedField, host, lastChunk, message } from './compose.ts';
import { badCodings, otherCodings, repeatedCodings } from './hostile-framing.ts';
import {
  family,
  forwarded,
  hidden,
  hiddenAfterChunks,
  innocent,
  refusedBody,
  refusedHead,
  withChunks,
  withLength,
} from './smuggling.ts';
import type { Smuggle } from './vector.ts';

type Line = readonly [name: string, line: string];

/** Lines that one reader takes for `Transfer-Encoding: chunked` and another for something else. */
const disguises: readonly Line[] = [
  ...[...badCodings, ...otherCodings, ...repeatedCodings].map(
    ([name, value]): Line => [name, `Transfer-Encoding: ${value}`],
  ),
  ['a space before the colon', 'Transfer-Encoding : chunked'],
  ['a tab before the colon', 'Transfer-Encoding\t: chunked'],
  ['a vertical tab before the colon', 'Transfer-Encoding\x0b: chunked'],
  ['NUL before the colon', 'Transfer-Encoding\x00: chunked'],
  ['a no-break space before the colon', 'Transfer-Encoding\xa0: chunked'],
  ['a bare CR before the colon', 'Transfer-Encoding\r: chunked'],
  ['a folded colon', 'Transfer-Encoding\r\n : chunked'],
  ['two colons', 'Transfer-Encoding:: chunked'],
  ['an equals sign for the colon', 'Transfer-Encoding= chunked'],
  ['a space for the hyphen', 'Transfer Encoding: chunked'],
  ['a soft hyphen for the hyphen', 'Transfer\xadEncoding: chunked'],
  ['a dash in UTF-8 for the hyphen', 'Transfer\xe2\x80\x90Encoding: chunked'],
  ['a dotless i in UTF-8', 'Transfer-Encod\xc4\xb1ng: chunked'],
  ['a long s in UTF-8', 'Tran\xc5\xbffer-Encoding: chunked'],
  ['a space before the name', ' Transfer-Encoding: chunked'],
  ['a tab before the name', '\tTransfer-Encoding: chunked'],
  ['NUL before the name', '\x00Transfer-Encoding: chunked'],
  ['a control character before the name', '\x01Transfer-Encoding: chunked'],
  ['a colon before the name', ':Transfer-Encoding: chunked'],
  ['a bare CR before the name', '\rTransfer-Encoding: chunked'],
  ['behind a bare CR in another field', 'X: a\rTransfer-Encoding: chunked'],
  ['behind a bare LF in another field', 'X: a\nTransfer-Encoding: chunked'],
  ['behind LF and CR in another field', 'X: a\n\rTransfer-Encoding: chunked'],
  ['behind NUL in another field', 'X: a\x00\r\nTransfer-Encoding: chunked'],
  ['in a fold of another field', 'X: a\r\n Transfer-Encoding: chunked'],
];

/** Valid lines that only resemble it: they are other fields. */
const lookalikes: readonly Line[] = [
  ['an underscore for the hyphen', 'Transfer_Encoding: chunked'],
  ['two hyphens', 'Transfer--Encoding: chunked'],
  ['a dot for the hyphen', 'Transfer.Encoding: chunked'],
  ['no hyphen', 'TransferEncoding: chunked'],
  ['an s at the end', 'Transfer-Encodings: chunked'],
  ['an X before the name', 'X-Transfer-Encoding: chunked'],
  ['a quote mark before the name', "'Transfer-Encoding: chunked"],
  ['TE', 'TE: chunked'],
  ['a content coding', 'Content-Encoding: chunked'],
  ['the name as a value', 'X: Transfer-Encoding: chunked'],
];

const spellings: readonly Line[] = [
  ['plain', 'Transfer-Encoding: chunked'],
  ['upper case', 'TRANSFER-ENCODING: CHUNKED'],
  ['mixed case', 'tRANSFER-eNCODING: cHUNKED'],
  ['no space', 'Transfer-Encoding:chunked'],
  ['spaces and tabs', 'Transfer-Encoding: \t chunked \t '],
];

const post = 'POST /attack HTTP/1.1';

// A reader of lengths sees one request, a reader of chunks sees the hidden one behind it.
const lengthThenChunks = (line: string): string => withLength(hiddenAfterChunks, [line]);

// A reader of chunks sees one request, a reader of lengths finds the hidden one inside the chunk.
const chunksThenLength = (line: string): string =>
  message(post, [host, line, 'Content-Length: 4'], chunk(hidden) + lastChunk());

const conflicts = (lines: readonly Line[]): readonly Smuggle[] => [
  ...family(
    'CL.TE',
    lines.map(([name, line]) => [name, lengthThenChunks(line), refusedHead()]),
  ),
  ...family(
    'TE.CL',
    lines.map(([name, line]) => [name, chunksThenLength(line), refusedHead()]),
  ),
];

const pairs: readonly (readonly [first: string, second: string])[] = [
  ['chunked', 'chunked'],
  ['chunked', 'identity'],
  ['identity', 'chunked'],
  ['chunked', 'gzip'],
  ['gzip', 'chunked'],
  ['chunked', 'cow'],
  ['cow', 'chunked'],
  ['chunked', 'xchunked'],
  ['xchunked', 'chunked'],
  ['chunked', ''],
  ['', 'chunked'],
  ['chunked', '\x0bchunked'],
  ['chunked', 'CHUNKED'],
  ['chunked', ',chunked'],
];

const printed = (value: string): string => JSON.stringify(value).replaceAll('"', '') || 'nothing';

/** Two readers disagree about Transfer-Encoding: beside Content-Length, disguised, or on two lines. */
export const codingSmuggles: readonly Smuggle[] = [
  ...conflicts(spellings),
  ...conflicts(disguises),
  ...family(
    'TE.TE',
    pairs.flatMap(([first, second]) => {
      const lines = [`Transfer-Encoding: ${first}`, `Transfer-encoding: ${second}`];
      const name = `${printed(first)} and ${printed(second)}`;
      const attack = message(post, [host, ...lines], chunk(hidden) + lastChunk());
      const apart = message(
        post,
        [host, lines[0] ?? '', 'A: b', lines[1] ?? ''],
        hiddenAfterChunks,
      );
      return [
        [name, attack, refusedHead()],
        [`${name}, apart`, apart, refusedHead()],
      ] as const;
    }),
  ),
  ...family('TE only', [
    ...disguises.map(
      ([name, line]) =>
        [name, message(post, [host, line], chunk(hidden) + lastChunk()), refusedHead()] as const,
    ),
    ...spellings.map(
      ([name, line]) =>
        [name, message(post, [host, line], chunk(hidden) + lastChunk()), forwarded(1)] as const,
    ),
  ]),
  ...family('TE lookalike', [
    ...lookalikes.flatMap(
      ([name, line]) =>
        [
          [
            `${name}, with a length`,
            withLength(hiddenAfterChunks, [line]) + innocent,
            forwarded(2),
          ],
          [
            `${name}, alone`,
            message(post, [host, line], hiddenAfterChunks),
            refusedHead(1), // the chunks are no request line
          ],
        ] as const,
    ),
  ]),
  ...family('TE in HTTP/1.0', [
    [
      'chunked',
      message('POST /attack HTTP/1.0', [host, chunkedField], hiddenAfterChunks),
      refusedHead(),
    ],
    [
      'chunked and keep-alive',
      message(
        'POST /attack HTTP/1.0',
        [host, 'Connection: keep-alive', chunkedField],
        hiddenAfterChunks,
      ),
      refusedHead(),
    ],
    [
      'chunked and a length',
      message('POST /attack HTTP/1.0', [host, chunkedField, 'Content-Length: 4'], chunk(hidden)),
      refusedHead(),
    ],
    [
      'chunked behind an innocent request',
      innocent + message('GET /attack HTTP/1.0', [host, chunkedField], hiddenAfterChunks),
      refusedHead(1),
    ],
  ]),
  ...family('TE named in Connection', [
    [
      'transfer-encoding',
      withChunks(chunk(hidden) + lastChunk(), ['Connection: transfer-encoding']),
      refusedHead(),
    ],
    ['content-length', withLength(hidden, ['Connection: close, content-length']), refusedHead()],
    ['host', withLength(hidden, ['Connection: Host']), refusedHead()],
  ]),
  ...family('TE in trailers', [
    [
      'transfer-encoding',
      withChunks(`0\r\nTransfer-Encoding: chunked\r\n\r\n${hidden}`),
      refusedBody(),
    ],
    [
      'content-length',
      withChunks(`0\r\nContent-Length: ${hidden.length}\r\n\r\n${hidden}`),
      refusedBody(),
    ],
    ['host', withChunks('0\r\nHost: other.test\r\n\r\n'), refusedBody()],
    ['connection', withChunks(`0\r\nConnection: close\r\n\r\n${hidden}`), refusedBody()],
  ]),
];
