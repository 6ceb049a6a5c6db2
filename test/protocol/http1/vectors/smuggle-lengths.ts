import { host, message } from './compose.ts';
import { badLengths } from './hostile-framing.ts';
import { family, forwarded, hidden, innocent, refusedHead, withLength } from './smuggling.ts';
import type { Smuggle } from './vector.ts';

type Line = readonly [name: string, line: string];

const post = 'POST /attack HTTP/1.1';
const size = String(hidden.length);

/** Lines that one reader takes for a length and another for something else. */
const disguises: readonly Line[] = [
  ['a space before the colon', `Content-Length : ${size}`],
  ['a tab before the colon', `Content-Length\t: ${size}`],
  ['NUL before the colon', `Content-Length\x00: ${size}`],
  ['a bare CR before the colon', `Content-Length\r: ${size}`],
  ['a no-break space before the name', `\xa0Content-Length: ${size}`],
  ['a space before the name', ` Content-Length: ${size}`],
  ['a control character before the name', `\x01Content-Length: ${size}`],
  ['a space for the hyphen', `Content Length: ${size}`],
  ['a folded value', `Content-Length:\r\n ${size}`],
  ['a value that goes on in a fold', `Content-Length: 1\r\n ${size}`],
  ['behind a bare CR in another field', `X: a\rContent-Length: ${size}`],
  ['behind a bare LF in another field', `X: a\nContent-Length: ${size}`],
  ['in a fold of another field', `X: a\r\n Content-Length: ${size}`],
  ['two colons', `Content-Length:: ${size}`],
  ['a bare CR before the value', `Content-Length: \r${size}`],
];

/** Valid lines that only resemble a length. */
const lookalikes: readonly Line[] = [
  ['an underscore for the hyphen', `Content_Length: ${size}`],
  ['no hyphen', `ContentLength: ${size}`],
  ['an s at the end', `Content-Lengths: ${size}`],
  ['an X before the name', `X-Content-Length: ${size}`],
  ['a dot for the hyphen', `Content.Length: ${size}`],
];

const different: readonly (readonly [name: string, first: string, second: string])[] = [
  ['zero and all', '0', size],
  ['all and zero', size, '0'],
  ['all twice', size, size],
  ['all and all with a leading zero', size, `0${size}`],
  ['zero twice', '0', '0'],
  ['all and nothing', size, ''],
  ['all and a plus sign', size, `+${size}`],
  ['all and a word', size, 'all'],
];

// Methods whose content many servers do not read, so that they find the hidden request in it.
const bodiless = ['GET', 'HEAD', 'DELETE', 'OPTIONS', 'PUT', 'PATCH'];

const connections: readonly (readonly [name: string, bytes: string, requests: number])[] = [
  ['close', message('GET /a HTTP/1.1', [host, 'Connection: close']) + hidden, 1],
  [
    'Close in mixed case among others',
    message('GET /a HTTP/1.1', [host, 'Connection: x, ClOsE']) + hidden,
    1,
  ],
  [
    'keep-alive and close',
    message('GET /a HTTP/1.1', [host, 'Connection: keep-alive, close']) + hidden,
    1,
  ],
  [
    'close on the second line',
    message('GET /a HTTP/1.1', [host, 'Connection: x', 'Connection: close']) + hidden,
    1,
  ],
  [
    'a word that starts with close',
    message('GET /a HTTP/1.1', [host, 'Connection: closed']) + hidden,
    2,
  ],
  ['HTTP/1.0', message('GET /a HTTP/1.0', [host]) + hidden, 1],
  [
    'HTTP/1.0 and keep-alive',
    message('GET /a HTTP/1.0', [host, 'Connection: Keep-Alive']) + hidden,
    2,
  ],
  [
    'HTTP/1.0 and a Keep-Alive field only',
    message('GET /a HTTP/1.0', [host, 'Keep-Alive: 5']) + hidden,
    1,
  ],
  [
    'HTTP/1.0 with content',
    message('POST /a HTTP/1.0', [host, 'Content-Length: 3'], 'abc') + hidden,
    1,
  ],
];

/** Two readers disagree about Content-Length, or about whether there is content at all. */
export const lengthSmuggles: readonly Smuggle[] = [
  ...family('CL.CL', [
    ...badLengths.map(
      ([name, value]) =>
        [name, message(post, [host, `Content-Length: ${value}`], hidden), refusedHead()] as const,
    ),
    ...badLengths
      .slice(0, 12)
      .map(
        ([name, value]) =>
          [
            `${name}, beside a good line`,
            withLength(hidden, [`Content-Length: ${value}`]),
            refusedHead(),
          ] as const,
      ),
    ...different.map(([name, first, second]) => {
      const lines = [`Content-Length: ${first}`, 'A: b', `content-length: ${second}`];
      return [
        `two lines of ${name}`,
        message(post, [host, ...lines], hidden),
        refusedHead(),
      ] as const;
    }),
    ...disguises.map(
      ([name, line]) => [name, message(post, [host, line], hidden), refusedHead()] as const,
    ),
    ...disguises.map(([name, line]) => {
      const attack = message(post, [host, 'Content-Length: 0', line], hidden);
      return [`${name}, behind a length of zero`, attack, refusedHead()] as const;
    }),
  ]),
  ...family(
    'CL lookalike',
    lookalikes.flatMap(
      ([name, line]) =>
        [
          [`${name}, alone`, message(post, [host, line], hidden), forwarded(2)],
          [
            `${name}, beside a length`,
            message(post, [host, line, 'Content-Length: 3'], `abc${hidden}`),
            forwarded(2),
          ],
        ] as const,
    ),
  ),
  ...family(
    'CL.0',
    bodiless.flatMap((method) => {
      const first = `${method} /attack HTTP/1.1`;
      const fields = [host, `Content-Length: ${size}`];
      return [
        [`${method} with a hidden request`, message(first, fields, hidden), forwarded(1)],
        [
          `${method} with a hidden request and one behind it`,
          message(first, fields, hidden) + innocent,
          forwarded(2),
        ],
        [
          `${method} in HTTP/1.0`,
          message(`${method} /attack HTTP/1.0`, fields, hidden),
          forwarded(1),
        ],
      ] as const;
    }),
  ),
  ...family('CL.0', [
    [
      'leading zeros, which are not octal',
      message(post, [host, 'Content-Length: 010'], `0123456789${innocent}`),
      forwarded(2),
    ],
    [
      'fifteen digits',
      message(post, [host, 'Content-Length: 000000000000010'], `0123456789${innocent}`),
      forwarded(2),
    ],
    [
      'a 100-continue expectation',
      withLength(hidden, ['Expect: 100-continue']) + innocent,
      forwarded(2),
    ],
    ['an unknown expectation', withLength(hidden, ['Expect: odd']) + innocent, forwarded(2)],
    [
      'half a request, which the innocent one would complete',
      withLength('GET /smuggled HTTP/1.1\r\nX: ') + innocent,
      forwarded(2),
    ],
  ]),
  ...family('0.CL', [
    ['a length of zero', message(post, [host, 'Content-Length: 0']) + hidden, forwarded(2)],
    [
      'a length of many zeros',
      message(post, [host, 'Content-Length: 000000']) + hidden,
      forwarded(2),
    ],
    ['POST without a length', message(post, [host]) + hidden, forwarded(2)],
    ['PUT without a length', message('PUT /attack HTTP/1.1', [host]) + hidden, forwarded(2)],
    [
      'text behind a length of zero',
      message(post, [host, 'Content-Length: 0'], 'abc\r\n') + hidden,
      refusedHead(1),
    ],
    ['a line end behind the content', `${withLength('abc')}\r\n${hidden}`, refusedHead(1)],
    [
      'one byte too much, which completes the next method',
      `${withLength('abc')}D${message('ELETE /smuggled HTTP/1.1', [host])}`,
      forwarded(2),
    ],
  ]),
  ...family(
    'connection',
    connections.map(([name, bytes, requests]) => [name, bytes, forwarded(requests)]),
  ),
];
