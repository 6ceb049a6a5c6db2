import { expect, test } from 'vitest';
import { proxyFor } from '../../src/cli/proxy-for.ts';

const https = new URL('https://byway.example.com');
const http = new URL('http://10.1.2.3:7070');

const hrefOf = (url: URL, environment: Record<string, string>): string | undefined =>
  proxyFor(url, environment)?.href;

test('the variable goes by the scheme, small letters before capitals', () => {
  const environment = {
    https_proxy: 'http://small:1',
    HTTPS_PROXY: 'http://capital:1',
    HTTP_PROXY: 'https://plain:2',
  };
  expect(hrefOf(https, environment)).toBe('http://small:1/');
  expect(hrefOf(https, { ...environment, https_proxy: '' })).toBe('http://capital:1/');
  expect(hrefOf(http, environment)).toBe('https://plain:2/');
  expect(hrefOf(http, { HTTPS_PROXY: 'http://capital:1' })).toBeUndefined();
  expect(hrefOf(https, { HTTPS_PROXY: 'proxy:3128' })).toBe('http://proxy:3128/');
});

test.each(['http://localhost:7070', 'http://127.0.0.1:7070', 'http://[::1]:7070'])(
  '%s never goes through a proxy',
  (url) => {
    expect(hrefOf(new URL(url), { HTTP_PROXY: 'http://proxy:1' })).toBeUndefined();
  },
);

test.each([
  ['*', https, true],
  ['byway.example.com', https, true],
  ['EXAMPLE.com', https, true],
  ['.example.com', https, true],
  ['*.example.com', https, true],
  ['other.org, example.com', https, true],
  ['other.org  example.com', https, true],
  ['example.com:443', https, true],
  ['example.com:8443', https, false],
  ['ample.com', https, false],
  ['com.example', https, false],
  ['', https, false],
  ['10.1.2.3', http, true],
  ['10.0.0.0/8', http, true],
  ['10.1.2.3:7070', http, true],
  ['10.1.2.3:80', http, false],
  ['10.2.0.0/16', http, false],
  ['10.0.0.0/99', http, false],
  ['1.2.3', http, false],
  ['fd00::/8', new URL('http://[fd00::1]'), true],
  ['[fd00::1]:80', new URL('http://[fd00::1]'), true],
  ['fd00::/8', http, false],
])('NO_PROXY=%s for %s: %s', (excluded, url, isExcluded) => {
  const environment = { HTTPS_PROXY: 'http://p:1', HTTP_PROXY: 'http://p:1', NO_PROXY: excluded };
  expect(hrefOf(url, environment) === undefined).toBe(isExcluded);
});

test.each(['socks5://ada:hunter2@proxy:1080', 'http://', 'http://ada:hunter2@:1', 'ht tp://x'])(
  'the proxy %s is refused without repeating it',
  (text) => {
    expect(() => proxyFor(https, { HTTPS_PROXY: text })).toThrowError(
      expect.objectContaining({
        kind: 'usage',
        message: expect.not.stringMatching(/hunter2|socks/),
        hint: expect.stringContaining('HTTPS_PROXY=http://HOST:PORT'),
      }),
    );
  },
);
