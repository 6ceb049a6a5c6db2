import { hex, host, lineFault, message } from './compose.ts';
import type { HostileHead } from './vector.ts';

type Line = readonly [name: string, first: string];

const spacing: readonly Line[] = [
  ['two spaces after the method', 'GET  / HTTP/1.1'],
  ['two spaces before the version', 'GET /  HTTP/1.1'],
  ['a tab after the method', 'GET\t/ HTTP/1.1'],
  ['a tab before the version', 'GET /\tHTTP/1.1'],
  ['a vertical tab after the method', 'GET\x0b/ HTTP/1.1'],
  ['a form feed before the version', 'GET /\x0cHTTP/1.1'],
  ['a space before the method', ' GET / HTTP/1.1'],
  ['a tab before the method', '\tGET / HTTP/1.1'],
  ['a space after the version', 'GET / HTTP/1.1 '],
  ['a space inside the target', 'GET /a b HTTP/1.1'],
  ['a whole first line inside the target', 'GET / HTTP/1.1 HTTP/1.1'],
  ['no target', 'GET HTTP/1.1'],
  ['an empty target', 'GET  HTTP/1.1'],
  ['no method', '/ HTTP/1.1'],
];

const versions: readonly Line[] = [
  ['HTTP/1.2', 'GET / HTTP/1.2'],
  ['HTTP/1.3', 'GET / HTTP/1.3'],
  ['HTTP/1.9', 'GET / HTTP/1.9'],
];

const delimiters = '"(),/:;<=>?@[\\]{}';
const methods: readonly Line[] = [
  ...Array.from(delimiters, (mark): Line => [`${mark} in the method`, `GE${mark}T / HTTP/1.1`]),
  ['NUL in the method', 'GE\x00T / HTTP/1.1'],
  ['a control character in the method', 'GE\x01T / HTTP/1.1'],
  ['DEL in the method', 'GE\x7fT / HTTP/1.1'],
  ['a latin1 letter in the method', 'G\xc9T / HTTP/1.1'],
];

const targetBytes = [0x00, 0x01, 0x08, 0x09, 0x0b, 0x0c, 0x0d, 0x1b, 0x1f, 0x7f, 0x80, 0xa0, 0xff];
const targets: readonly Line[] = [
  ...targetBytes.map((byte): Line => {
    const first = `GET /a${String.fromCharCode(byte)}b HTTP/1.1`;
    return [`${hex(byte)} in the target`, first];
  }),
  ['a letter in UTF-8 in the target', 'GET /caf\xc3\xa9 HTTP/1.1'],
  ['an overlong slash in UTF-8 in the target', 'GET /..\xc0\xaf HTTP/1.1'],
  ['NUL at the start of the target', 'GET \x00/ HTTP/1.1'],
];

const forms: readonly Line[] = [
  ['a target without a slash', 'GET index.html HTTP/1.1'],
  ['a target that is a query only', 'GET ?a=1 HTTP/1.1'],
  ['a target that starts with dots', 'GET ../etc HTTP/1.1'],
  ['a target that starts with a backslash', 'GET \\a HTTP/1.1'],
  ['a target that starts with an encoded slash', 'GET %2fa HTTP/1.1'],
  ['an authority as the target of GET', 'GET example.test:80 HTTP/1.1'],
  ['a path as the target of CONNECT', 'CONNECT / HTTP/1.1'],
  ['an asterisk as the target of CONNECT', 'CONNECT * HTTP/1.1'],
  ['an asterisk as the target of GET', 'GET * HTTP/1.1'],
  ['an asterisk as the target of POST', 'POST * HTTP/1.1'],
  ['an asterisk as the target of options in lower case', 'options * HTTP/1.1'],
  ['an asterisk with a query', 'OPTIONS *?a HTTP/1.1'],
  ['two asterisks as a target', 'OPTIONS ** HTTP/1.1'],
];

const absolute: readonly Line[] = [
  ['another host in the target', 'GET http://other.test/ HTTP/1.1'],
  ['another port in the target', 'GET http://example.test:8080/ HTTP/1.1'],
  ['a user before the host in the target', 'GET http://user@example.test/ HTTP/1.1'],
  ['the host as a user in the target', 'GET http://example.test@other.test/ HTTP/1.1'],
  ['a longer host in the target', 'GET http://example.test.other.test/ HTTP/1.1'],
  ['a shorter host in the target', 'GET http://example/ HTTP/1.1'],
  ['no host in the target', 'GET http:///a HTTP/1.1'],
  ['a fragment behind the host in the target', 'GET http://example.test#a HTTP/1.1'],
  ['an empty fragment as the end of the target', 'GET http://example.test# HTTP/1.1'],
  ['a fragment and a path in the target', 'GET http://example.test#@other.test/ HTTP/1.1'],
  ['one slash after the scheme', 'GET http:/a HTTP/1.1'],
  ['a backslash after the host in the target', 'GET http://example.test\\@other.test/ HTTP/1.1'],
];

const leading: readonly Line[] = [
  ['an empty line before the request', '\r\nGET / HTTP/1.1'],
  ['two empty lines before the request', '\r\n\r\nGET / HTTP/1.1'],
];

/** Faults of the first line: its spacing, method, target and version. */
export const hostileFirstLines: readonly HostileHead[] = [
  ...spacing.map((line) => lineFault('first line', 'RFC 9112 3', line)),
  ...versions.map((line) => lineFault('version', 'RFC 9112 2.3', line)),
  ...methods.map((line) => lineFault('method', 'RFC 9112 3.1', line)),
  ...targets.map((line) => lineFault('target', 'RFC 9112 3.2', line)),
  ...forms.map((line) => lineFault('target form', 'RFC 9112 3.2', line)),
  ...absolute.map((line) => lineFault('absolute form', 'RFC 9112 3.2.2', line)),
  ...leading.map((line) => lineFault('first line', 'RFC 9112 2.2', line)),
  {
    name: 'another host in the target than in a Host line above other fields',
    family: 'absolute form',
    rule: 'RFC 9112 3.2.2',
    bytes: message('POST http://other.test/a HTTP/1.1', [host, 'Content-Length: 0', 'A: b']),
    status: 400,
  },
];
