/** How a server reads HTTP/1 that should have known better. Text is latin1. */
export type Sloppiness = {
  readonly name: string;
  /** What ends a line. */
  readonly lineEnd: RegExp;
  /** A line that starts with a blank continues the one before; else it is a field of its own. */
  readonly joinsFolds: boolean;
  readonly fieldName: (text: string) => string;
  /** The length that the values of Content-Length say; NaN for none. */
  readonly length: (values: readonly string[]) => number;
  /** From the values of Transfer-Encoding and the request line. */
  readonly isChunked: (values: readonly string[], line: string) => boolean;
  /** Which of the two counts when there are both. */
  readonly prefers: 'length' | 'chunks';
  /** Whether content is read at all. */
  readonly readsContent: (
    method: string,
    fields: ReadonlyMap<string, readonly string[]>,
  ) => boolean;
  readonly chunkSize: (line: string) => number;
  /** A request line; groups: method and target. */
  readonly requestLine: RegExp;
};

const trimmed = (text: string): string => text.replace(/^[\p{Cc}\s]+|[\p{Cc}\s]+$/gu, '');
const first = (values: readonly string[]): string => values[0] ?? '';
const last = (values: readonly string[]): string => values.at(-1) ?? '';
const says =
  (word: string) =>
  (values: readonly string[]): boolean =>
    values.some((value) => value.toLowerCase().includes(word));

// Takes whatever can be taken, and looks on behind what it does not understand.
const tolerant: Omit<Sloppiness, 'name'> = {
  lineEnd: /\r?\n/g,
  joinsFolds: true,
  fieldName: (text) => trimmed(text).toLowerCase(),
  length: (values) => Number.parseInt(first(values).replace(/^[^\d]+/, ''), 10),
  isChunked: says('chunked'),
  prefers: 'chunks',
  readsContent: () => true,
  chunkSize: (line) => Number.parseInt(line.replace(/^[^\da-f]+/i, ''), 16),
  requestLine: /^\W*([A-Za-z]+)\s+(\S+)/,
};

const sloppyVariants: readonly (Partial<Sloppiness> & Pick<Sloppiness, 'name'>)[] = [
  { name: 'a bare LF ends a line' },
  { name: 'a bare CR ends a line too', lineEnd: /\r\n|\r|\n/g },
  { name: 'CR CR LF ends a line', lineEnd: /\r*\n/g },
  { name: 'only CRLF ends a line', lineEnd: /\r\n/g },
  { name: 'NUL ends a line', lineEnd: /\r?\n|\0/g },
  { name: 'folds are fields of their own', joinsFolds: false },
  { name: 'length before chunks', prefers: 'length' },
  {
    name: 'the last length, before chunks',
    prefers: 'length',
    length: (values) => Number.parseInt(last(last(values).split(',')), 10),
  },
  {
    name: 'an unreadable length is none',
    length: (values) => (/^\d+$/.test(trimmed(first(values))) ? Number(first(values)) : Number.NaN),
  },
  {
    name: 'the first coding only',
    isChunked: (values) => /^chunked/i.test(trimmed(first(values))),
  },
  { name: 'the last coding only', isChunked: (values) => /chunked$/i.test(trimmed(last(values))) },
  {
    name: 'no chunks in HTTP/1.0',
    isChunked: (values, line) => says('chunked')(values) && !line.includes('HTTP/1.0'),
  },
  {
    name: 'control octets in names are nothing',
    fieldName: (text) => tolerant.fieldName(text.replace(/[^!-~]/g, '')),
  },
  {
    name: 'chunk sizes of 32 bits',
    chunkSize: (line) =>
      Number(BigInt.asUintN(32, BigInt(`0x${/[\da-f]+/i.exec(line)?.[0] ?? '0'}`))),
  },
  { name: 'chunk sizes as C writes numbers', chunkSize: (line) => asC(line, 16) },
  {
    name: 'an unreadable chunk size is the end',
    chunkSize: (line) => (/^[\da-f]+$/i.test(line) ? Number.parseInt(line, 16) : 0),
  },
  { name: 'any first line is a request', requestLine: /^\s*(\S+)(?:\s+(\S+))?/ },
];

const asC = (text: string, base: number): number => {
  const [, sign = '', digits = ''] = /^\s*([+-]?)(?:0x)?([\da-f]*)/i.exec(text) ?? [];
  return sign === '-' ? 0 : Number.parseInt(digits === '' ? '0' : digits, base);
};

const withoutContent = ['GET', 'HEAD', 'DELETE', 'OPTIONS'];

/** Servers that no message of the agent's makes see other requests than it has counted. */
export const sloppy: readonly Sloppiness[] = sloppyVariants.map((variant) => ({
  ...tolerant,
  ...variant,
}));

/** A server that sees more than the agent has counted, and why it is let be. */
export type Contained = Sloppiness & {
  readonly reason: string;
  /** The families of the vectors in which it does. */
  readonly families: readonly string[];
};

const stricterLine = { requestLine: /^\W*([A-Za-z]+)\s+(\S+)\s+HTTP/ };

const containedVariants: readonly (Partial<Contained> &
  Pick<Contained, 'name' | 'reason' | 'families'>)[] = [
  {
    name: 'no content in GET, HEAD, DELETE and OPTIONS',
    reason: 'RFC 9110 9.3 gives content in them no meaning, and RFC 9112 6 frames it all the same',
    readsContent: (method) => !withoutContent.includes(method),
    families: ['CL.0', 'hidden'],
  },
  {
    name: 'no content at all',
    reason: 'what never looks at content, such as a file or a redirect, may not skip it either',
    readsContent: () => false,
    families: ['0.CL', 'CL lookalike', 'CL.0', 'TE lookalike', 'TE only', 'chunk', 'hidden'],
  },
  {
    name: 'no content behind Expect',
    reason: 'a server that refuses an expectation and reads on where it stands',
    readsContent: (_, fields) => !fields.has('expect'),
    families: ['CL.0'],
  },
  {
    name: 'no content where a protocol is offered',
    reason: 'a server that takes any Upgrade for the end of the request',
    readsContent: (_, fields) => !fields.has('upgrade'),
    families: ['hidden'],
  },
  {
    name: 'no chunks',
    reason: 'a server of HTTP/1.0 behind callers of HTTP/1.1',
    isChunked: () => false,
    families: ['TE only', 'chunk', 'hidden'],
  },
  {
    name: 'codings by case',
    reason: 'RFC 9112 7 has names of codings in any case',
    isChunked: (values) => values.includes('chunked'),
    families: ['TE only'],
  },
  {
    name: 'an underscore is a hyphen',
    reason: 'both are valid names, and become one on their way to CGI and WSGI',
    fieldName: (text) => tolerant.fieldName(text).replaceAll('_', '-'),
    families: ['TE lookalike'],
  },
  {
    name: 'punctuation in names is nothing',
    reason: 'RFC 9110 5.6.2 allows it in names',
    fieldName: (text) =>
      tolerant
        .fieldName(text)
        .replace(/[^a-z]+/g, '-')
        .replace(/^-/, ''),
    families: ['TE lookalike'],
  },
  {
    name: 'lengths as C writes numbers',
    reason: 'RFC 9110 8.6 has digits, also leading zeros, in decimal only',
    requestLine: /^(\S+)\s+(\S+)\s+HTTP/,
    length: (values) => asC(first(values), /^\s*[+-]?0\d/.test(first(values)) ? 8 : 10),
    families: ['CL.0'],
  },
];

/**
 * Servers that read what RFC 9112 allows in a way that it doesn't. They see more, but only on a
 * connection that belongs to one client.
 */
export const contained: readonly Contained[] = containedVariants.map((variant) => ({
  ...tolerant,
  ...stricterLine,
  ...variant,
}));
