import type { AnswerInput, Input } from './material.ts';

// What long runs have found, as bytes: a seed means something else once the material has grown.

/** Requests on which the agent and Node once disagreed, with the seed that found them. */
export const requestCounterexamples: readonly (readonly [string, Input])[] = [
  [
    'seed -1787425479: a request that asks for another protocol, and one behind it',
    {
      bytes:
        'GET /odd HTTP/1.1\r\nHost: example.test\r\nConnection: Upgrade\r\nUpgrade: odd/2, IRC/6.9\r\n\r\nX!Y / HTTP/1.1\r\nHost: example.test\r\n\r\n',
      cuts: [],
    },
  ],
  [
    'seed -1469101952: blanks beside keep-alive in HTTP/1.0',
    {
      bytes:
        'OPTIONS /attack HTTP/1.0\r\nHost: example.test\r\nConnection: \tkeep-alive \t, \tx \t\r\n\r\nX!Y / HTTP/1.1\r\nHost: example.test\r\n\r\n',
      cuts: [],
    },
  ],
  [
    'seed 259822635: a digit in the scheme of a target',
    { bytes: 'GET h4tp://example.test/../%2e HTTP/1.1\r\nHost: example.test\r\n\r\n', cuts: [] },
  ],
  [
    'seed 266140789: a fragment directly behind the host of a target',
    {
      bytes: 'GET http://example.test#../%2e HTTP/1.1\r\nHost: example.test\r\n\r\n',
      cuts: [],
    },
  ],
  [
    'seed 266967280: close in Proxy-Connection, and one behind it',
    {
      bytes:
        'X!Y / HTTP/1.1\r\nHost: example.test\r\nProxy-Connection:Connection: x, ClOsE\r\n\r\nX!Y / HTTP/1.1\r\nHost: example.test\r\n\r\n',
      cuts: [],
    },
  ],
];

/** Answers on which the agent and Node once disagreed, with the seed that found them. */
export const answerCounterexamples: readonly (readonly [string, AnswerInput])[] = [
  [
    'seed -809893826: an answer with content to CONNECT',
    {
      bytes: 'HTTP/1.1 600 Odd\r\nContent-Length: 5\r\n\r\nhello',
      cuts: [],
      method: 'CONNECT',
      thenEnd: false,
    },
  ],
  [
    'seed -1344953206: an interim answer to CONNECT',
    {
      bytes: 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 HTTP/1.1 500\r\nContent-Length: 0\r\n\r\n',
      cuts: [],
      method: 'CONNECT',
      thenEnd: false,
    },
  ],
  [
    'seed -51614357: a tab behind a length',
    {
      bytes: 'HTTP/1.1 200 OK\r\ncontent-LENGTH:\t5 \t \r\n\r\nhello',
      cuts: [],
      method: 'GET',
      thenEnd: false,
    },
  ],
  [
    'seed -295084097: an interim answer in HTTP/1.0, and a bad trailer',
    {
      bytes:
        'HTTP/1.0 103 E\r\n\r\nHTTP/1.1 600 Odd\r\nTransfer-Encoding: chunked\r\n\r\n13\r\nX!Y / HTTP/1.1\r\nHos\r\n13\r\nt: example.test\r\n\r\n\r\n0\r\nTransfer-Encoding:chunked\r\n\r\n',
      cuts: [66],
      method: 'GET',
      thenEnd: false,
    },
  ],
  [
    'seed 267580190: a tab behind a length, and the same in the reason',
    {
      bytes: 'HTTP/1.1 200 OK?content-LENGTH:\t5 \t \r\ncontent-LENGTH:\t5 \t \r\n\r\nhello',
      cuts: [],
      method: 'GET',
      thenEnd: false,
    },
  ],
];
