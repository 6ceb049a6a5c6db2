import { fieldFault, hex, host, message } from './compose.ts';
import type { HostileHead } from './vector.ts';

type Field = readonly [name: string, line: string];

const delimiters = '"(),/;<=>?@[\\]{}';
const nameFaults: readonly Field[] = [
  ['a space before the colon', 'X-Odd : a'],
  ['a tab before the colon', 'X-Odd\t: a'],
  ['a space inside a field name', 'X Odd: a'],
  ['an empty field name', ': a'],
  ['a field name of spaces', '  : a'],
  ['a line without a colon', 'X-Odd'],
  ['a colon before the field name', ':X-Odd: a'],
  ['NUL before a field name', '\x00X-Odd: a'],
  ['NUL after a field name', 'X-Odd\x00: a'],
  ['a control character before a field name', '\x01X-Odd: a'],
  ['DEL in a field name', 'X-O\x7fdd: a'],
  ['a no-break space after a field name', 'X-Odd\xa0: a'],
  ['a latin1 letter in a field name', 'X-\xd6dd: a'],
  ['a field name in UTF-8', 'X-\xc3\x96dd: a'],
  ...Array.from(delimiters, (mark): Field => [`${mark} in a field name`, `X${mark}Odd: a`]),
];

const controls = [
  ...Array.from({ length: 0x20 }, (_, byte) => byte).filter(
    (byte) => !'\t\n\r'.includes(String.fromCharCode(byte)),
  ),
  0x7f,
];
const valueFaults: readonly Field[] = [
  ...controls.map((byte): Field => {
    return [`${hex(byte)} in a field value`, `X-Odd: a${String.fromCharCode(byte)}b`];
  }),
  ['NUL as the whole value', 'X-Odd: \x00'],
  ['NUL right after the colon', 'X-Odd:\x00a'],
  ['a vertical tab as white space before a value', 'X-Odd:\x0ba'],
  ['a form feed as white space after a value', 'X-Odd: a\x0c'],
];

const foldFaults: readonly Field[] = [
  ['a value folded with a space', 'X-Odd: a\r\n b'],
  ['a value folded with a tab', 'X-Odd: a\r\n\tb'],
  ['an empty value folded', 'X-Odd:\r\n a'],
  ['a fold of white space only', 'X-Odd: a\r\n \r\nX-Next: b'],
  ['a folded field name', 'X-Odd\r\n : a'],
];

const terminatorFaults: readonly Field[] = [
  ['a bare LF after a field', 'X-Odd: a\nX-Next: b'],
  ['a bare LF inside a value', 'X-Odd: a\nb'],
  ['a bare CR inside a value', 'X-Odd: a\rb'],
  ['a bare CR between two fields', 'X-Odd: a\rX-Next: b'],
  ['a bare CR at the end of a value', 'X-Odd: a\r'],
  ['a bare CR at the start of a value', 'X-Odd: \ra'],
  ['a bare CR before the colon', 'X-Odd\r: a'],
  ['a bare CR before a field name', '\rX-Odd: a'],
  ['LF then CR after a field', 'X-Odd: a\n\rX-Next: b'],
  ['a bare LF before a fold', 'X-Odd: a\n b'],
];

const connectionFaults: readonly Field[] = [
  ['Connection names Content-Length', 'Connection: content-length'],
  ['Connection names Transfer-Encoding among others', 'Connection: close, Transfer-Encoding'],
  ['Connection names Host', 'Connection: keep-alive, HOST'],
  ['two options in Connection without a comma', 'Connection: keep-alive close'],
  ['a quoted option in Connection', 'Connection: "close"'],
  ['a parameter in Connection', 'Connection: close;a=b'],
  ['a slash in Connection', 'Connection: a/b'],
  ['a latin1 letter in Connection', 'Connection: cl\xf6se'],
];

const hostValues: readonly Field[] = [
  ['a space in Host', 'example test'],
  ['two hosts in Host with a comma', 'example.test, other.test'],
  ['a comma in Host', 'example.test,other.test'],
  ['a path in Host', 'example.test/a'],
  ['a scheme in Host', 'http://example.test'],
  ['a user in Host', 'user@example.test'],
  ['a port and a user in Host', 'example.test:80@other.test'],
  ['a query in Host', 'example.test?a'],
  ['a fragment in Host', 'example.test#a'],
  ['a backslash in Host', 'example.test\\a'],
  ['a quote in Host', '"example.test"'],
  ['a tab in Host', 'example\ttest'],
  ['NUL in Host', 'example.test\x00other.test'],
  ['a latin1 letter in Host', 'ex\xe4mple.test'],
  ['a word as a port in Host', 'example.test:http'],
  ['two ports in Host', 'example.test:80:81'],
  ['an open bracket in Host', '[::1'],
];

const hostLines: readonly (readonly [name: string, fields: readonly string[]])[] = [
  ['no Host', ['Accept: */*']],
  ['no field at all', []],
  ['two different Host lines', [host, 'Host: other.test']],
  ['two identical Host lines', [host, host]],
  ['two Host lines in different case', [host, 'A: b', 'hOST: example.test']],
  ['a good and an empty Host line', [host, 'Host:']],
  ['Host misspelt with an underscore', ['Ho_st: example.test']],
  ['a space before the colon of Host', ['Host : example.test']],
  ['Host after a space', ['Accept: */*', ' Host: example.test']],
  ['white space before the first field', [' X-Odd: a', host]],
  ['a folded line before the first field', ['\tfolded', host]],
];

const endings: readonly Field[] = [
  ['a bare LF after the first line', `GET / HTTP/1.1\n${host}\r\n\r\n`],
  ['a bare LF as the empty line', `GET / HTTP/1.1\r\n${host}\r\n\n`],
  ['a bare LF before the empty line', `GET / HTTP/1.1\r\n${host}\n\r\n`],
  ['bare LF everywhere', `GET / HTTP/1.1\n${host}\nAccept: */*\n\n`],
  ['a bare CR in the empty line', `GET / HTTP/1.1\r\n${host}\r\n\r\r\n`],
  ['bare CR between all fields', `GET / HTTP/1.1\r\n${host}\rAccept: */*\r\r\n\r\n`],
  ['a line of spaces as the empty line', `GET / HTTP/1.1\r\n${host}\r\n  \r\n\r\n`],
];

/** Faults of field lines: names, values, folds, line ends, Host and Connection. */
export const hostileFields: readonly HostileHead[] = [
  ...nameFaults.map((field) => fieldFault('field name', 'RFC 9112 5.1', field)),
  ...valueFaults.map((field) => fieldFault('field value', 'RFC 9110 5.5', field)),
  ...foldFaults.map((field) => fieldFault('folding', 'RFC 9112 5.2', field)),
  ...terminatorFaults.map((field) => fieldFault('line end', 'RFC 9112 2.2', field)),
  ...connectionFaults.map((field) => fieldFault('connection', 'RFC 9110 7.6.1', field)),
  ...hostValues.map(([name, value]): HostileHead => {
    const bytes = message('GET / HTTP/1.1', [`Host: ${value}`, 'Accept: */*']);
    return { name, family: 'host', rule: 'RFC 9110 7.2', bytes, status: 400 };
  }),
  ...hostLines.map(([name, fields]): HostileHead => {
    const bytes = message('GET / HTTP/1.1', fields);
    return { name, family: 'host', rule: 'RFC 9112 3.2', bytes, status: 400 };
  }),
  ...endings.map(([name, bytes]): HostileHead => {
    return { name, family: 'line end', rule: 'RFC 9112 2.2', bytes, status: 400 };
  }),
  {
    name: 'two Host lines in HTTP/1.0',
    family: 'host',
    rule: 'RFC 9112 3.2',
    bytes: message('GET / HTTP/1.0', [host, host]),
    status: 400,
  },
];
