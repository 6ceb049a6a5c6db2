import { describe, expect, test } from 'vitest';
import { parseAgentOptions } from '../../../src/agent/options.ts';
import { UserError } from '../../../src/base/errors.ts';

const parse = (upstream: string, ...more: readonly string[]): unknown => {
  const options = parseAgentOptions([
    ...['--workload', 'a', '--manager', 'http://127.0.0.1:7070'],
    ...['--listen', '127.0.0.1:0', '--upstream', upstream, ...more],
  ]);
  return 'tls' in options ? options.tls : undefined;
};

const own = ['--tls-cert', 'c', '--tls-key', 'k'];
const shown = ['--upstream-cert', 'u', '--upstream-key', 'uk'];
const open = '--insecure-open-service-to-every-caller';

test('all of them', () => {
  const more = [
    '--tls-client-ca',
    'cc',
    '--upstream-ca',
    'uc',
    '--upstream-cert',
    'u',
    '--upstream-key',
    'uk',
  ];
  expect(parse('10.0.0.1:1', ...own, ...more)).toEqual({
    cert: 'c',
    key: 'k',
    clientCa: 'cc',
    upstreamCa: 'uc',
    upstream: { cert: 'u', key: 'uk' },
  });
});

test('none: TLS is spliced', () => expect(parse('10.0.0.1:1')).toBeUndefined());

test.each(['127.0.0.1:1', '[::1]:1', 'localhost:1'])(
  'a service at %s needs no authority',
  (upstream) => {
    expect(parse(upstream, ...own)).toMatchObject({ cert: 'c', upstreamCa: undefined });
  },
);

test('a service that asks for certificates is opened to every caller only on purpose', () => {
  const upstream = { cert: 'u', key: 'uk' };
  expect(parse('127.0.0.1:1', ...own, ...shown, open)).toMatchObject({ upstream });
  expect(parse('127.0.0.1:1', ...own, ...shown, '--tls-client-ca', 'cc')).toMatchObject({
    clientCa: 'cc',
    upstream,
  });
});

test('who opens a service by mistake is told what it takes', () => {
  try {
    parse('127.0.0.1:1', ...own, ...shown);
    expect.unreachable();
  } catch (error) {
    expect(error).toMatchObject({ kind: 'usage', hint: expect.stringContaining(open) });
    expect(error).toMatchObject({ hint: expect.stringContaining('--tls-client-ca FILE') });
  }
});

describe('a usage error', () => {
  test.each<readonly [string, readonly string[], string]>([
    ['127.0.0.1:1', ['--tls-cert', 'c'], '--tls-cert needs --tls-key FILE besides'],
    ['127.0.0.1:1', ['--tls-key', 'c'], '--tls-key needs --tls-cert FILE besides'],
    ['127.0.0.1:1', [...own, '--upstream-cert', 'c'], '--upstream-cert needs --upstream-key'],
    ['127.0.0.1:1', [...own, '--upstream-key', 'c'], '--upstream-key needs --upstream-cert'],
    ['127.0.0.1:1', ['--upstream-ca', 'c'], '--upstream-ca does nothing without --tls-cert'],
    ['127.0.0.1:1', ['--tls-client-ca', 'c'], '--tls-client-ca does nothing without --tls-cert'],
    ['10.0.0.1:1', own, '10.0.0.1:1 is not on this machine, so its certificate must be verified'],
    ['127.0.0.1:1', [...own, ...shown], 'would be let in without a certificate'],
    ['127.0.0.1:1', [...own, open], `${open} does nothing but with --upstream-cert`],
    ['127.0.0.1:1', [...own, ...shown, '--tls-client-ca', 'cc', open], `${open} does nothing but`],
    ['127.0.0.1:1', [open], `${open} does nothing without --tls-cert`],
    ['127.0.0.1.evil.test:1', own, '--upstream-ca FILE is missing'],
  ])('%s %j', (upstream, more, message) => {
    expect(() => parse(upstream, ...more)).toThrow(message);
    expect(() => parse(upstream, ...more)).toThrow(UserError);
  });
});
