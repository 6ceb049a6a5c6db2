import http from 'node:http';
import type { OddRequest } from './vector.ts';

/** Valid bytes that Node's parser refuses, and how they are changed so that it can read all the rest. */
export type Stricter = {
  readonly reason: string;
  readonly applies: (bytes: string) => boolean;
  readonly instead: (bytes: string) => string;
};

const validLine = /^[!#$%&'*+.^_`|~\w-]+ \S+ HTTP\/1\.[01]\r\n/;
const firstWord = (bytes: string): string => bytes.slice(0, bytes.indexOf(' '));
const tabAfterFraming = /^(content-length|transfer-encoding):([ \t]*)(\w+)[ \t]*\t[ \t]*\r\n/im;

/** Where Node is stricter than RFC 9110 and RFC 9112. */
export const stricter: readonly Stricter[] = [
  {
    reason: 'it knows a closed list of methods, where RFC 9110 9.1 has any token',
    applies: (bytes) => validLine.test(bytes) && !http.METHODS.includes(firstWord(bytes)),
    instead: (bytes) => `POST${bytes.slice(firstWord(bytes).length)}`,
  },
  {
    reason:
      'it refuses a tab behind a length or a coding, which RFC 9110 5.6.3 counts as white space',
    applies: (bytes) => tabAfterFraming.test(bytes),
    instead: (bytes) => bytes.replace(tabAfterFraming, '$1:$2$3\r\n'),
  },
];

/** The method that Node reports for a vector that had to be changed for it. */
export const methodForNode = ({ method }: OddRequest): string =>
  http.METHODS.includes(method) ? method : 'POST';

/** Faults that Node's parser does not see, by the names of their vectors. */
export type Laxer = { readonly reason: string; readonly names: RegExp };

/** Hostile request heads that Node reads as requests. */
export const laxerHeads: readonly Laxer[] = [
  { reason: 'it skips spaces in the first line', names: /^two spaces (after|before) the/ },
  { reason: 'it skips empty lines before a request', names: /^(an|two) empty lines? before/ },
  { reason: 'it leaves the form of the target to the program', names: /^(an asterisk|two aster)/ },
  { reason: 'it compares no authority with Host', names: /(host|port) in the target/ },
  {
    reason: 'it compares no authority with Host',
    names: /^no host in|host as a user in|longer host/,
  },
  { reason: 'it reads no value of Host', names: / in Host\b|Host lines?( |$)|^a Host of/ },
  { reason: 'it ignores options of Connection that it does not know', names: /Connection/ },
  { reason: 'it takes an empty coding for none', names: /Transfer-Encoding: (nothing|only white)/ },
  {
    reason: 'it looks at the last coding only',
    names: /^framing: (gzip|an empty line) and chunked/,
  },
  {
    reason: 'it looks at the last coding only',
    names: /^Transfer-Encoding: (deflate|gzip|identity|an unknown coding|a comma).* before/i,
  },
  { reason: 'it counts no digits', names: /sixteen digits with leading zeros/ },
  { reason: 'it takes chunks in HTTP/1.0', names: /^framing: chunked in HTTP\/1\.0/ },
  { reason: 'its limits were raised for this test', names: /KiB|^(300|1,000)/ },
];

/** Faulty bodies that Node reads to their end. */
export const laxerBodies: readonly Laxer[] = [
  { reason: 'it skips leading zeros of a chunk size', names: /1[36] digits with leading zeros/ },
  { reason: 'it skips empty parts of an extension', names: /an empty one between two/ },
  { reason: 'it skips empty parts of an extension', names: /no (name before|value after)/ },
  { reason: 'it takes a quote inside a token', names: /a quote inside a token/ },
  { reason: 'its limit for extensions is 16 KiB', names: /5 KiB in/ },
  {
    reason: 'it leaves the names of trailers to the program',
    names: /trailer: (host|connection)/i,
  },
  {
    reason: 'it leaves the names of trailers to the program',
    names: /trailer: (the rout|baggage)/i,
  },
  { reason: 'its limits were raised for this test', names: /trailer: 17 KiB/ },
];

/** Hostile answers that Node reads to their end. */
export const laxerResponses: readonly Laxer[] = [
  {
    reason: 'it takes HTTP/0.9 and HTTP/2.0 for versions',
    names: /^status line: HTTP\/(0\.9|2\.0)/,
  },
  { reason: 'it takes any byte in a reason', names: /in the reason$/ },
  { reason: 'it skips an empty line before an answer', names: /an empty line before/ },
  { reason: 'it takes any three digits', names: /^status code/ },
  { reason: 'its limits were raised for this test', names: /KiB|300 field lines/ },
  { reason: 'it counts no digits', names: /sixteen digits with leading zeros/ },
  { reason: 'it reads until the end when a coding is not chunked', names: /^framing: / },
  { reason: 'it leaves the names of trailers to the program', names: /in the trailers$/ },
  { reason: 'it leaves 101 to the program', names: /101/ },
];

/** Smuggling attempts in which Node sees other requests than a correct reader. */
export const laxerSmuggles: readonly Laxer[] = [
  ...laxerBodies,
  { reason: 'it takes an empty coding for none', names: /^TE.*(nothing|only white space)/ },
  {
    reason: 'it looks at the last coding only',
    names: /^TE\.TE: (identity|gzip|x?c\w+) and chunked/,
  },
  {
    reason: 'it looks at the last coding only',
    names: /^TE only: (deflate|gzip|identity|an unknown coding|a comma).* before/i,
  },
  { reason: 'it takes chunks in HTTP/1.0', names: /^TE in HTTP\/1\.0/ },
  { reason: 'it ignores options of Connection that it does not know', names: /^TE named in/ },
  { reason: 'it leaves the names of trailers to the program', names: /TE in trailers/ },
  { reason: 'it counts no digits', names: /sixteen digits with leading zeros/ },
  { reason: 'it skips empty lines before a request', names: /a line end behind the content/ },
  { reason: 'it skips spaces in the first line', names: /first line: two spaces/ },
  {
    reason: 'it takes HTTP/0.9, HTTP/2.0 and RTSP for versions',
    names: /HTTP\/(0\.9|2\.0)|no version/,
  },
  { reason: 'it takes HTTP/0.9, HTTP/2.0 and RTSP for versions', names: /of another protocol/ },
  { reason: 'it compares no authority with Host', names: /^absolute form: / },
  { reason: 'it reads no value of Host', names: /^Host: / },
  { reason: 'it leaves the form of the target to the program', names: /an asterisk for GET/ },
  { reason: 'it reads on behind the last request', names: /^TE lookalike: .*alone/ },
];
