import { host, message } from './compose.ts';
import type { OddRequest } from './vector.ts';

const marks = "!#$%&'*+-.^_`|~";

const methods: readonly (readonly [name: string, method: string])[] = [
  ...Array.from(marks, (mark): readonly [string, string] => [`${mark} in the method`, `X${mark}Y`]),
  ['all marks as the method', marks],
  ['digits as the method', '0123456789'],
  ['a method of one letter', 'a'],
  ['get in lower case', 'get'],
  ['Post in mixed case', 'Post'],
  ['an unknown method', 'BREW'],
  ['a method of 200 letters', 'M'.repeat(200)],
  ['a method that looks like a version', 'HTTP'],
  ['M-SEARCH', 'M-SEARCH'],
  ['PROPFIND', 'PROPFIND'],
  ['TRACE', 'TRACE'],
  ['QUERY', 'QUERY'],
];

const unreserved = "-._~!$&'()*+,;=:@";
const targets: readonly (readonly [name: string, target: string])[] = [
  ['two slashes', '//'],
  ['two slashes before a host', '//other.test/a'],
  ['three slashes', '///a///b'],
  ['dots upwards', '/../a'],
  ['dots inside', '/a/../../b/./c/..'],
  ['encoded dots', '/%2e%2E/a'],
  ['an encoded slash in two cases', '/a%2Fb%2fc'],
  ['an encoded NUL', '/a%00b'],
  ['encoded line ends', '/a%0d%0aX-Odd:%20b'],
  ['an encoded percent sign', '/100%25'],
  ['a percent sign alone', '/100%'],
  ['a percent sign before other letters', '/%zz%u0041%'],
  ['a semicolon', '/a;b=c;d/e;f'],
  ['two question marks', '/a?b?c=d'],
  ['an empty query', '/a?'],
  ['only a question mark and an ampersand', '/?&'],
  ['a query with a whole URL', '/?to=http://other.test/a?b=c'],
  ['all marks of a path', `/${unreserved}`],
  ['marks that a browser would encode', '/"<>\\^`{|}'],
  ['brackets in the query', '/?a[]=1&a[b]={c}|d'],
  ['an asterisk in the path', '/*'],
  ['a colon in the first segment', '/a:80'],
  ['a version in the path', '/HTTP/1.1'],
  ['an at sign in the path', '/@other.test/'],
  ['a tilde and a plus', '/~user/a+b'],
  ['a target of 15 KiB', `/${'a'.repeat(15_360)}`],
  ['a query of 15 KiB', `/?q=${'%20'.repeat(5120)}`],
  ['2,000 slashes', '/'.repeat(2000)],
];

const absolute: readonly (readonly [name: string, target: string, field: string])[] = [
  ['an absolute target', 'http://example.test/a', 'Host: example.test'],
  ['an absolute target with a port', 'http://example.test:8080/a?b', 'Host: example.test:8080'],
  ['an absolute target without a path', 'http://example.test', 'Host: example.test'],
  ['an absolute target with an address', 'http://127.0.0.1:80/', 'Host: 127.0.0.1:80'],
  ['an absolute target with an IPv6 address', 'http://[::1]:80/', 'Host: [::1]:80'],
  ['an absolute target with dots', 'http://example.test/../%2e', 'Host: example.test'],
  [
    'an absolute target inside another',
    'http://example.test/http://other.test/',
    'Host: example.test',
  ],
];

const hosts: readonly (readonly [name: string, field: string])[] = [
  ['an empty Host', 'Host:'],
  ['Host in upper case', 'HOST:EXAMPLE.TEST'],
  ['Host without a space', 'Host:example.test'],
  ['Host between spaces and tabs', 'Host: \t example.test \t'],
  ['an underscore in Host', 'Host: my_service'],
  ['a dot at the end of Host', 'Host: example.test.'],
  ['a Host of one label', 'Host: cart'],
  ['a Host of digits', 'Host: 2130706433'],
  ['an IPv4 address in Host', 'Host: 127.0.0.1:65535'],
  ['an IPv6 address in Host', 'Host: [2001:db8::1]:8080'],
  ['a port of leading zeros in Host', 'Host: example.test:0080'],
  ['a Host of 250 letters', `Host: ${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.test`],
];

const request = (
  name: string,
  rule: string,
  method: string,
  target: string,
  fields: readonly string[],
  version = '1.1',
): OddRequest => ({
  name,
  rule,
  method,
  target,
  bytes: message(`${method} ${target} HTTP/${version}`, fields),
  contentBytes: 0,
});

/** Odd but valid first lines, and the Host that goes with them. */
export const oddRequestLines: readonly OddRequest[] = [
  ...methods.map(([name, method]) => request(name, 'RFC 9110 9.1', method, '/', [host])),
  ...targets.map(([name, target]) => request(name, 'RFC 9112 3.2.1', 'GET', target, [host])),
  ...absolute.map(([name, target, field]) =>
    request(name, 'RFC 9112 3.2.2', 'GET', target, [field]),
  ),
  ...hosts.map(([name, field]) => request(name, 'RFC 9110 7.2', 'GET', '/', [field])),
  request('OPTIONS with an asterisk', 'RFC 9112 3.2.4', 'OPTIONS', '*', [host]),
  request('OPTIONS with a path', 'RFC 9110 9.3.7', 'OPTIONS', '/a', [host, 'Max-Forwards: 0']),
  request('Host as the last field', 'RFC 9110 7.2', 'GET', '/', ['A: b', 'C: d', host]),
  request('HTTP/1.0 without a Host', 'RFC 9112 3.2', 'GET', '/a', [], '1.0'),
  request('HTTP/1.0 with a Host', 'RFC 9112 9.3', 'GET', '/a', [host], '1.0'),
  request(
    'HTTP/1.0 with keep-alive',
    'RFC 9112 9.3',
    'GET',
    '/a',
    [host, 'Connection: keep-alive'],
    '1.0',
  ),
  request(
    'HTTP/1.0 with Keep-Alive and parameters',
    'RFC 9112 9.3',
    'GET',
    '/a',
    ['Connection: Keep-Alive', 'Keep-Alive: timeout=5, max=100'],
    '1.0',
  ),
  request('HTTP/1.0 with close', 'RFC 9112 9.6', 'HEAD', '/a', ['Connection: close'], '1.0'),
];
