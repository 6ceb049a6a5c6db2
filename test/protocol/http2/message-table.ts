// Heads as lines of NAME=VALUE, with 'accepted' or the reason of the refusal.

type Row = readonly [string, readonly string[], string];

const get = [':method=GET', ':scheme=http', ':path=/', ':authority=a'];
const method = 'no proper :method';
const scheme = 'no proper :scheme';
const path = 'no proper :path';
const authority = 'no proper :authority';
const connect = 'CONNECT without an authority, or with more';
const protocol = ':protocol where it is not allowed';
const host = 'host differs from :authority';
const length = 'no proper content-length';
const control = (name: string): string => `control character in "${name}"`;
const blank = (name: string): string => `blank at an end of "${name}"`;
const withPath = (value: string): readonly string[] => [
  ':method=GET',
  ':scheme=http',
  `:path=${value}`,
];
const withAuthority = (value: string): readonly string[] => [...get.slice(0, 3), value];

// What RFC 9113 8.2 says of fields, whatever message they are in.
const fields: readonly Row[] = [
  ['a plain field', ['x-a=1'], 'accepted'],
  ['no value', ['x-a='], 'accepted'],
  ['a value of octets above 0x7f', ['x-a=\x80\xe9\xff'], 'accepted'],
  ['a tab and a space inside a value', ['x-a=a\tb c'], 'accepted'],
  ['every sign of a token', ["!#$%&'*+-.^_`|~09az=1"], 'accepted'],
  ['one name twice', ['x-a=1', 'x-a=2'], 'accepted'],
  ['cookies in crumbs', ['cookie=a=1', 'cookie=b=2'], 'accepted'],
  ['te: trailers', ['te=trailers'], 'accepted'],
  ['te: gzip', ['te=gzip'], 'te other than trailers'],
  ['te: trailers and more', ['te=trailers, gzip'], 'te other than trailers'],
  ['te without a value', ['te='], 'te other than trailers'],
  ['a capital letter in a name', ['X-a=1'], 'field name "X-a"'],
  ['a capital letter at the end', ['x-A=1'], 'field name "x-A"'],
  ['an empty name', ['=1'], 'field name ""'],
  ['a space in a name', ['x a=1'], 'field name "x a"'],
  ['a colon in a name', ['x:a=1'], 'field name "x:a"'],
  ['a control character in a name', ['x\ra=1'], 'field name "x\\ra"'],
  ['DEL in a name', ['x\x7f=1'], 'field name "x\x7f"'],
  ['an octet above 0x7f in a name', ['x\xe9=1'], 'field name "x\xe9"'],
  ['a separator in a name', ['x(a)=1'], 'field name "x(a)"'],
  ['a long bad name, cut short', [`${'x'.repeat(99)}\x00=1`], `field name "${'x'.repeat(40)}"`],
  ['CR in a value', ['x-a=a\rb'], control('x-a')],
  ['LF in a value', ['x-a=a\nb'], control('x-a')],
  ['CRLF and a field in a value', ['x-a=a\r\nx-b: 1'], control('x-a')],
  ['NUL in a value', ['x-a=\0'], control('x-a')],
  ['0x01 in a value', ['x-a=\x01'], control('x-a')],
  ['ESC in a value', ['x-a=\x1b[2J'], control('x-a')],
  ['DEL in a value', ['x-a=\x7f'], control('x-a')],
  ['a space before a value', ['x-a= 1'], blank('x-a')],
  ['a tab before a value', ['x-a=\t1'], blank('x-a')],
  ['a space behind a value', ['x-a=1 '], blank('x-a')],
  ['a value of one space', ['x-a= '], blank('x-a')],
  ['connection', ['connection=close'], 'connection has no meaning in HTTP/2'],
  ['keep-alive', ['keep-alive=5'], 'keep-alive has no meaning in HTTP/2'],
  ['proxy-connection', ['proxy-connection=a'], 'proxy-connection has no meaning in HTTP/2'],
  [
    'transfer-encoding',
    ['transfer-encoding=chunked'],
    'transfer-encoding has no meaning in HTTP/2',
  ],
  ['upgrade', ['upgrade=h2c'], 'upgrade has no meaning in HTTP/2'],
  ['connection without a value', ['connection='], 'connection has no meaning in HTTP/2'],
];

const lengths: readonly Row[] = [
  ['a length of 0', ['content-length=0'], 'accepted'],
  ['a length with zeros before it', ['content-length=007'], 'accepted'],
  ['a length of 15 digits', ['content-length=999999999999999'], 'accepted'],
  ['a length of 16 digits', ['content-length=1000000000000000'], length],
  ['a length with a sign', ['content-length=+1'], length],
  ['a negative length', ['content-length=-1'], length],
  ['a length that is a list', ['content-length=1, 1'], length],
  ['a length in hexadecimal', ['content-length=0x1'], length],
  ['a length with a fraction', ['content-length=1.0'], length],
  ['an empty length', ['content-length='], length],
  [
    'the same length twice',
    ['content-length=1', 'content-length=1'],
    'more than one content-length',
  ],
  ['two lengths', ['content-length=1', 'content-length=2'], 'more than one content-length'],
];

const before = (head: readonly string[], rows: readonly Row[]): readonly Row[] =>
  rows.map(([what, lines, expected]) => [what, [...head, ...lines], expected]);

export const requests: readonly Row[] = [
  ...before(get, fields),
  ...before(get, lengths),
  ['GET', get, 'accepted'],
  ['pseudo fields in another order', get.toReversed(), 'accepted'],
  ['a method of its own', [':method=x-Brew!', ...get.slice(1)], 'accepted'],
  ['no fields', [], method],
  ['no method', get.slice(1), method],
  ['an empty method', [':method=', ...get.slice(1)], method],
  ['a space in the method', [':method=GE T', ...get.slice(1)], method],
  ['a slash in the method', [':method=GET/', ...get.slice(1)], method],
  ['two methods', [':method=GET', ...get], 'more than one :method'],
  ['LF in the method', [':method=GET\n', ...get.slice(1)], control(':method')],
  ['no scheme', [':method=GET', ':path=/'], scheme],
  ['an empty scheme', [':method=GET', ':scheme=', ':path=/'], scheme],
  ['a scheme of its own', [':method=GET', ':scheme=coap+ws.1-x', ':path=/'], 'accepted'],
  ['a scheme that begins with a digit', [':method=GET', ':scheme=1a', ':path=/'], scheme],
  ['a scheme with a colon', [':method=GET', ':scheme=http://b/?', ':path=/'], scheme],
  ['two schemes', [...get, ':scheme=http'], 'more than one :scheme'],
  ['no path', [':method=GET', ':scheme=http'], path],
  ['an empty path', withPath(''), path],
  ['a path without a slash', withPath('a'), path],
  ['a URL as path', withPath('http://a/'), path],
  ['* as path of GET', withPath('*'), path],
  ['* as path of OPTIONS', [':method=OPTIONS', ':scheme=http', ':path=*'], 'accepted'],
  ['more than * of OPTIONS', [':method=OPTIONS', ':scheme=http', ':path=*a'], path],
  ['a space in the path', withPath('/a b'), path],
  ['a tab in the path', withPath('/a\tb'), path],
  ['a fragment', withPath('/a#b'), path],
  ['a query', withPath('/a?b=c&d#'.slice(0, -1)), 'accepted'],
  ['octets above 0x7f in the path', withPath('/\xc3\xa9'), 'accepted'],
  ['CRLF in the path', withPath('/ HTTP/1.1\r\nx: y'), control(':path')],
  ['NUL in the path', withPath('/\0'), control(':path')],
  ['two paths', [...get, ':path=/b'], 'more than one :path'],
  ['an authority with a port', withAuthority(':authority=a.b:8080'), 'accepted'],
  ['an IPv6 authority', withAuthority(':authority=[::1]:80'), 'accepted'],
  ['a user in the authority', withAuthority(':authority=me@a'), 'user in :authority'],
  ['a space in the authority', withAuthority(':authority=a b'), authority],
  ['a slash in the authority', withAuthority(':authority=a/b'), authority],
  ['a backslash in the authority', withAuthority(':authority=a\\b'), authority],
  ['a question mark in the authority', withAuthority(':authority=a?b'), authority],
  ['a fragment in the authority', withAuthority(':authority=a#b'), authority],
  ['an octet above 0x7f in the authority', withAuthority(':authority=\xe9'), authority],
  ['two authorities', [...get, ':authority=b'], 'more than one :authority'],
  ['two authorities, the first of them empty', [':authority=', ...get], 'more than one :authority'],
  ['the authority as host', [...get, 'host=a'], 'accepted'],
  ['the authority as host in capitals', [...get, 'host=A'], 'accepted'],
  ['another host', [...get, 'host=b'], host],
  ['no host', [...get, 'host='], host],
  ['an authority that is empty and a host', [...withAuthority(':authority='), 'host=b'], host],
  ['a host with a port', [...get, 'host=a:80'], host],
  ['host instead of the authority', [...get.slice(0, 3), 'host=a'], 'accepted'],
  ['a space in the host', [...get.slice(0, 3), 'host=a b'], 'no proper host'],
  ['a user in the host', [...get.slice(0, 3), 'host=me@a'], 'no proper host'],
  ['two hosts', [...get.slice(0, 3), 'host=a', 'host=a'], 'more than one host'],
  [
    'two hosts, the first of them empty',
    [...get.slice(0, 3), 'host=', 'host=a'],
    'more than one host',
  ],
  ['neither authority nor host', get.slice(0, 3), 'accepted'],
  ['a pseudo field behind others', ['x-a=1', ...get], '":method" behind other fields'],
  [
    'one behind others',
    [...get.slice(0, 3), 'x-a=1', ':authority=a'],
    '":authority" behind other fields',
  ],
  ['a status', [...get, ':status=200'], 'unknown ":status"'],
  ['an unknown pseudo field', [...get, ':x=1'], 'unknown ":x"'],
  ['a colon as name', [...get, ':=1'], 'unknown ":"'],
  ['a pseudo field in capitals', [...get, ':Method=GET'], 'unknown ":Method"'],
  ['a pseudo field that JavaScript knows', [...get, ':constructor=1'], 'unknown ":constructor"'],
  ['CONNECT', [':method=CONNECT', ':authority=a:1'], 'accepted'],
  ['CONNECT to nowhere', [':method=CONNECT'], connect],
  ['CONNECT to an empty authority', [':method=CONNECT', ':authority='], connect],
  ['CONNECT with a host only', [':method=CONNECT', 'host=a'], connect],
  ['CONNECT with a path', [':method=CONNECT', ':authority=a', ':path=/'], connect],
  ['CONNECT with a scheme', [':method=CONNECT', ':authority=a', ':scheme=http'], connect],
  ['CONNECT with the same host', [':method=CONNECT', ':authority=a', 'host=a'], 'accepted'],
  ['CONNECT with another host', [':method=CONNECT', ':authority=a', 'host=b'], host],
  ['CONNECT with a user', [':method=CONNECT', ':authority=me@a:1'], 'user in :authority'],
  ['connect in small letters', [':method=connect', ':authority=a'], scheme],
  [
    'a protocol that was not allowed',
    [':method=CONNECT', ...get.slice(1), ':protocol=websocket'],
    protocol,
  ],
];

/** Where extended CONNECT was allowed. */
export const extendedRequests: readonly Row[] = [
  ['a protocol', [':method=CONNECT', ...get.slice(1), ':protocol=websocket'], 'accepted'],
  ['a protocol with GET', [...get, ':protocol=websocket'], protocol],
  [
    'a protocol without path',
    [':method=CONNECT', ':scheme=http', ':authority=a', ':protocol=b'],
    path,
  ],
  [
    'a protocol without scheme',
    [':method=CONNECT', ':path=/', ':authority=a', ':protocol=b'],
    scheme,
  ],
  ['an empty protocol', [':method=CONNECT', ...get.slice(1), ':protocol='], 'no proper :protocol'],
  ['two protocols', [':protocol=a', ':protocol=b'], 'more than one :protocol'],
  [
    'a protocol and another host',
    [':method=CONNECT', ...get.slice(1), ':protocol=b', 'host=b'],
    host,
  ],
];

const ok = [':status=200'];
const status = 'no proper :status';
const not = (name: string): string => `"${name}" where it is not allowed`;

export const answers: readonly Row[] = [
  ...before(ok, fields),
  ...before(ok, lengths),
  ['only a status', ok, 'accepted'],
  ['a status that nobody knows', [':status=999'], 'accepted'],
  ['an interim status', [':status=103', 'link=</a>'], 'accepted'],
  ['101', [':status=101'], 'status 101'],
  ['no fields', [], status],
  ['no status', ['x-a=1'], status],
  ['a status behind others', ['x-a=1', ':status=200'], status],
  ['an empty status', [':status='], status],
  ['a status of two digits', [':status=20'], status],
  ['a status of four digits', [':status=2000'], status],
  ['a status below 100', [':status=099'], status],
  ['a status with a sign', [':status=+20'], status],
  ['a status with its words', [':status=200 OK'], status],
  ['a status with LF', [':status=200\n'], status],
  ['two statuses', [':status=200', ':status=200'], not(':status')],
  ['a path', [':status=200', ':path=/'], not(':path')],
  ['an unknown pseudo field', [':status=200', ':x=/'], not(':x')],
];

export const trailers: readonly Row[] = [
  ...before([], fields),
  ['none', [], 'accepted'],
  ['gRPC', ['grpc-status=0', 'grpc-message='], 'accepted'],
  ['a status', [':status=200'], '":status" in the trailers'],
  ['a path behind others', ['x-a=1', ':path=/'], '":path" in the trailers'],
  ['an unknown pseudo field', [':x=1'], '":x" in the trailers'],
];
