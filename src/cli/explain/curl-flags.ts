/** Long names of short flags that say something about the request, or nothing that matters. */
const long: Readonly<Record<string, string>> = {
  H: 'header',
  X: 'request',
  d: 'data',
  F: 'form',
  T: 'upload-file',
  b: 'cookie',
  A: 'user-agent',
  e: 'referer',
  u: 'user',
  G: 'get',
  I: 'head',
  K: 'config',
  ':': 'next',
  r: 'range',
};

/** What changes the request, with a value behind it. */
const saying: readonly string[] = [
  ...['header', 'request', 'data', 'data-raw', 'data-ascii', 'data-binary', 'data-urlencode'],
  ...['json', 'form', 'form-string', 'upload-file', 'cookie', 'user-agent', 'referer', 'user'],
  ...['url', 'url-query', 'oauth2-bearer', 'range', 'request-target', 'config'],
];

/** What changes the request by itself. */
const switching: readonly string[] = ['get', 'head', 'compressed', 'path-as-is', 'next'];

/** What is about the connection or the output: skipped, the value too. */
const idleWithValue: readonly string[] = [
  ...['output', 'output-dir', 'write-out', 'max-time', 'connect-timeout', 'retry', 'retry-delay'],
  ...['retry-max-time', 'resolve', 'connect-to', 'proxy', 'proxy-user', 'cacert', 'capath'],
  ...['cert', 'cert-type', 'key', 'key-type', 'pass', 'ciphers', 'tls-max', 'interface'],
  ...['limit-rate', 'max-redirs', 'max-filesize', 'cookie-jar', 'dump-header', 'stderr'],
  ...['trace', 'trace-ascii', 'unix-socket', 'noproxy', 'dns-servers', 'local-port'],
  ...['speed-limit', 'speed-time', 'keepalive-time', 'expect100-timeout', 'proto', 'parallel-max'],
  ...['pinnedpubkey', 'curves', 'tls13-ciphers', 'rate', 'alt-svc', 'hsts', 'netrc-file'],
];
const idle: readonly string[] = [
  ...['silent', 'show-error', 'verbose', 'include', 'location', 'location-trusted', 'insecure'],
  ...['fail', 'fail-with-body', 'fail-early', 'globoff', 'remote-name', 'remote-header-name'],
  ...['no-buffer', 'progress-bar', 'ipv4', 'ipv6', 'http1.0', 'http1.1', 'http2', 'http3'],
  ...['http2-prior-knowledge', 'http3-only', 'tlsv1', 'tlsv1.0', 'tlsv1.1', 'tlsv1.2', 'tlsv1.3'],
  ...['ssl', 'ssl-reqd', 'no-keepalive', 'no-alpn', 'no-sessionid', 'no-progress-meter', 'raw'],
  ...['tcp-nodelay', 'tcp-fastopen', 'compressed-ssh', 'disable', 'parallel', 'create-dirs'],
  ...['remote-time', 'retry-connrefused', 'retry-all-errors', 'styled-output', 'tr-encoding'],
  ...['basic', 'anyauth', 'post301', 'post302', 'post303', 'ssl-no-revoke', 'netrc'],
  ...['netrc-optional', 'junk-session-cookies', 'http0.9', 'next-free', 'trace-time'],
];
const shortIdleWithValue: readonly string[] = [...'owmxUEcDYyzC'];
const shortIdle: readonly string[] = [...'sSviLkfgOJN#46012nqZRjp'];

export type FlagKind = 'value' | 'switch' | 'idle' | 'idle-value' | 'unknown';

/** What kind of flag a name without dashes is, and its long name. */
export const longFlag = (name: string): FlagKind => {
  if (saying.includes(name)) return 'value';
  if (switching.includes(name)) return 'switch';
  if (idleWithValue.includes(name)) return 'idle-value';
  const positive = name.replace(/^no-/, '');
  return idle.includes(name) || idle.includes(positive) ? 'idle' : 'unknown';
};

export const shortFlag = (letter: string): { readonly kind: FlagKind; readonly name: string } => {
  const name = long[letter];
  if (name !== undefined) return { kind: longFlag(name), name };
  if (shortIdleWithValue.includes(letter)) return { kind: 'idle-value', name: letter };
  return { kind: shortIdle.includes(letter) ? 'idle' : 'unknown', name: letter };
};
