export type Example = {
  /** The section of RFC 7541 Appendix C. */
  readonly section: string;
  readonly tableBytesMax: number;
  readonly blocks: readonly {
    readonly bytes: string;
    readonly fields: readonly string[];
    /** The dynamic table after it, newest first, and its size. */
    readonly table: readonly string[];
    readonly tableBytes: number;
  }[];
};

const authority = ':authority: www.example.com';
const noCache = 'cache-control: no-cache';
const custom = 'custom-key: custom-value';
const at21 = 'date: Mon, 21 Oct 2013 20:13:21 GMT';
const at22 = 'date: Mon, 21 Oct 2013 20:13:22 GMT';
const home = 'location: https://www.example.com';
const secret = 'set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1';

const requests = (section: string, ...bytes: readonly [string, string, string]): Example => ({
  section,
  tableBytesMax: 4096,
  blocks: [
    {
      bytes: bytes[0],
      fields: [':method: GET', ':scheme: http', ':path: /', authority],
      table: [authority],
      tableBytes: 57,
    },
    {
      bytes: bytes[1],
      fields: [':method: GET', ':scheme: http', ':path: /', authority, noCache],
      table: [noCache, authority],
      tableBytes: 110,
    },
    {
      bytes: bytes[2],
      fields: [':method: GET', ':scheme: https', ':path: /index.html', authority, custom],
      table: [custom, noCache, authority],
      tableBytes: 164,
    },
  ],
});

const responses = (section: string, ...bytes: readonly [string, string, string]): Example => ({
  section,
  tableBytesMax: 256,
  blocks: [
    {
      bytes: bytes[0],
      fields: [':status: 302', 'cache-control: private', at21, home],
      table: [home, at21, 'cache-control: private', ':status: 302'],
      tableBytes: 222,
    },
    {
      bytes: bytes[1],
      fields: [':status: 307', 'cache-control: private', at21, home],
      table: [':status: 307', home, at21, 'cache-control: private'],
      tableBytes: 222,
    },
    {
      bytes: bytes[2],
      fields: [
        ':status: 200',
        'cache-control: private',
        at22,
        home,
        'content-encoding: gzip',
        secret,
      ],
      table: [secret, 'content-encoding: gzip', at22],
      tableBytes: 215,
    },
  ],
});

/** RFC 7541 C.3 and C.5: without Huffman code, as our encoder writes. */
export const plainExamples: readonly Example[] = [
  requests(
    'C.3',
    '8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d',
    '8286 84be 5808 6e6f 2d63 6163 6865',
    '8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65',
  ),
  responses(
    'C.5',
    `4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a
     3133 3a32 3120 474d 546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63 6f6d`,
    '4803 3330 37c1 c0bf',
    `88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d 54c0 5a04
     677a 6970 7738 666f 6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049 5541 5851 5745 4f49
     553b 206d 6178 2d61 6765 3d33 3630 303b 2076 6572 7369 6f6e 3d31`,
  ),
];

/** RFC 7541 C.4 and C.6: the same with Huffman code. */
export const huffmanExamples: readonly Example[] = [
  requests(
    'C.4',
    '8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff',
    '8286 84be 5886 a8eb 1064 9cbf',
    '8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf',
  ),
  responses(
    'C.6',
    `4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e
     919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3`,
    '4883 640e ffc1 c0bf',
    `88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7
     821d d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed
     4ee5 b106 3d50 07`,
  ),
];

/** RFC 7541 C.2: one field each, and how it may travel on. */
export const fieldExamples = [
  {
    section: 'C.2.1',
    bytes: '400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572',
    field: ['custom-key', 'custom-header', 'add'],
    tableBytes: 55,
  },
  {
    section: 'C.2.2',
    bytes: '040c 2f73 616d 706c 652f 7061 7468',
    field: [':path', '/sample/path', 'plain'],
    tableBytes: 0,
  },
  {
    section: 'C.2.3',
    bytes: '1008 7061 7373 776f 7264 0673 6563 7265 74',
    field: ['password', 'secret', 'never'],
    tableBytes: 0,
  },
  { section: 'C.2.4', bytes: '82', field: [':method', 'GET', 'add'], tableBytes: 0 },
] as const;
