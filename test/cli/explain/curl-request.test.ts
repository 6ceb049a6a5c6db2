import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, expect, test } from 'vitest';
import { curlRequest } from '../../../src/cli/explain/curl-request.ts';
import { rawRequest } from '../../../src/cli/explain/raw-request.ts';
import { shellWords } from '../../../src/cli/explain/shell-words.ts';
import type { GivenRequest } from '../../../src/protocol/explanation.ts';

const server = createServer((socket) => {
  let text = '';
  socket.on('error', () => {});
  socket.on('data', (bytes) => {
    text += bytes.toString('latin1');
    const end = text.indexOf('\r\n\r\n');
    if (end === -1) return;
    heads.push(text.slice(0, end + 4));
    socket.end('HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n');
  });
});
const heads: string[] = [];
server.listen(0, '127.0.0.1');
afterAll(() => server.close());

// What depends on curl's version, or on the body, which nothing here reads.
const leftOut = new Set(['content-length', 'expect', 'transfer-encoding', 'accept-encoding']);

const essence = ({ method, target, headers }: GivenRequest) => ({
  method,
  // Versions differ in the case of digits, and in what stands between cookies.
  target: target.replace(/%[0-9a-f]{2}/gi, (digits) => digits.toUpperCase()),
  headers: headers
    .filter(([name]) => !leftOut.has(name.toLowerCase()))
    .map(([name, value]) => {
      if (/^user-agent$/i.test(name)) return `${name}: ${value.replace(/^curl\/.*/, 'curl')}`;
      if (/^cookie$/i.test(name)) return `${name}: ${value.replace(/; ?/g, '; ')}`;
      return `${name}: ${value.replace(/^multipart\/form-data; .*/, 'multipart/form-data')}`;
    })
    .sort(),
});

/** What the system's own curl sends for the same words; undefined where there is none. */
const reallySent = async (commandLine: string): Promise<GivenRequest | undefined> => {
  const [, ...words] = shellWords(commandLine);
  heads.length = 0;
  const child = spawn('curl', ['-s', '--max-time', '5', ...words], { stdio: 'ignore' });
  const ended = await Promise.race([
    once(child, 'close').then(() => true),
    once(child, 'error').then(() => false),
  ]);
  const [head] = heads;
  return ended && head !== undefined ? rawRequest(Buffer.from(head, 'latin1')) : undefined;
};

const commands: readonly string[] = [
  'curl URL/cart/42',
  "curl 'URL/a?x=1&y=2#part'",
  "curl -H 'X-Tenant: acme' -H 'accept: text/html' URL",
  "curl URL -H 'X-Empty;' -H 'Accept:' -H 'User-Agent:'",
  'curl -XPUT URL/a',
  "curl -sSL -X POST URL/a -d 'a=1' --data-raw b=2",
  'curl --json \'{"a":1}\' URL/a',
  "curl --json '{}' -H 'Content-Type: x/y' URL",
  "curl -G URL/a?z=0 -d a=1 --data-urlencode 'q=a b&c' --data-urlencode '=é'",
  "curl -b 'a=1; b=2' -b c=3 -A robot -e http://from/ -u me:secret URL",
  'curl -u me: URL',
  'curl -I URL/head',
  'curl --url URL/u --compressed -k --http1.1 --max-time 5 -o /dev/null',
  "curl -F 'a=b' URL/form",
  'curl URL/a/../b/./c/..',
  'curl --path-as-is URL/a/../b',
  "curl -H 'Host: shop.example' URL/",
  'curl --request-target /other URL/a',
  'curl --oauth2-bearer t0ken URL',
  'curl -r 0-9 URL',
  "curl -H 'X-A: 1' -H 'x-a: 2' URL",
  "curl -H 'X-Utf: é' URL",
  "curl -d a=1 -H 'Content-Type:' URL",
];

test.each(commands)('%s is the request that curl sends', async (command) => {
  const { port } = server.address() as AddressInfo;
  const whole = command.replace('URL', `http://127.0.0.1:${port}`);
  const sent = await reallySent(whole);
  if (sent === undefined) return expect(process.platform).toBe('win32');
  expect(essence(curlRequest(whole))).toEqual(essence(sent));
});

test('a URL without a scheme is http, and its usual port is not in Host', () => {
  const host = (url: string) => curlRequest(`curl ${url}`).headers[0];
  expect(host('shop/price/42')).toEqual(['Host', 'shop']);
  expect(curlRequest('curl shop/price/42').target).toBe('/price/42');
  expect(host('localhost:8080/cart')).toEqual(['Host', 'localhost:8080']);
  expect(host('http://shop:80/')).toEqual(['Host', 'shop']);
  expect(host('https://shop:443')).toEqual(['Host', 'shop']);
  expect(host('https://shop:80')).toEqual(['Host', 'shop:80']);
  expect(host('http://[::1]:8080/')).toEqual(['Host', '[::1]:8080']);
  expect(curlRequest('curl http://me:p%40w@shop').headers).toContainEqual([
    'Authorization',
    `Basic ${Buffer.from('me:p@w').toString('base64')}`,
  ]);
});

test('what a browser copies is read', () => {
  const copied = String.raw`curl 'https://shop.example/cart?x=1' \
  -H 'accept: */*' \
  -H 'baggage: a=1,byway=k' \
  -b 'session=abc' \
  --data-raw $'{"name":"it\'s"}' \
  --compressed`;
  const { method, target, headers } = curlRequest(copied);
  expect({ method, target }).toEqual({ method: 'POST', target: '/cart?x=1' });
  expect(headers).toContainEqual(['baggage', 'a=1,byway=k']);
  expect(headers).toContainEqual(['Cookie', 'session=abc']);
});

test.each([
  ['wget http://h', 'begins with curl, not with "wget"'],
  ['', 'begins with curl'],
  ['curl', 'has no URL'],
  ['curl -H', '-H needs a value'],
  ['curl http://h --frobnicate', '--frobnicate is no flag of curl'],
  ['curl http://h -sQx', '-Q'],
  ['curl http://a http://b', 'several URLs'],
  ['curl http://a --next http://b', '--next makes several'],
  ['curl http://h -H @headers.txt', '-H takes headers from a file'],
  ['curl http://h -b cookies.txt', '-b takes cookies from a file'],
  ['curl -G http://h -d @data', '-d takes the data from a file'],
  ['curl -K flags http://h', '-K takes the flags from a file'],
  ["curl http://h -H 'no colon'", 'it has no colon'],
  ['curl ftp://h/x', 'ftp: is no scheme of HTTP'],
  ['curl /only/a/path', 'names no host'],
])('%s is refused with words', (command, message) => {
  expect(() => curlRequest(command)).toThrow(
    expect.objectContaining({ kind: 'usage', message: expect.stringContaining(message) }),
  );
});
