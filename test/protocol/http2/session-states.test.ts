import { describe, expect, test } from 'vitest';
import { connectionPreface } from '../../../src/protocol/http2/constants.ts';
import { Bench, fieldsOf, getRequest, postRequest } from './bench.ts';
import { emptySettings, frame, number, settingsAck, settingsPayload } from './frames.ts';

const ok = fieldsOf(':status=200');
const data = (stream: number, text: string, endStream = false): Buffer =>
  frame(0, endStream ? 1 : 0, stream, Buffer.from(text, 'latin1'));
const rst = (stream: number, code = 8): Buffer => frame(3, 0, stream, number(code));
const goaway = (last: number, code = 0): Buffer =>
  frame(7, 0, 0, Buffer.concat([number(last), number(code)]));
const ping = frame(6, 0, 0, '0102030405060708');
const get = getRequest.join(' ');
const post = postRequest.join(' ');

describe('the beginning', () => {
  test('of a server is its settings, and the window beyond the usual one', () => {
    const bench = new Bench('server', { streamWindow: 1_000_000 }, false);
    expect(bench.said()).toEqual([
      'SETTINGS 000300000064' + '0004000f4240' + '000600010000',
      'WINDOW 0 983041',
    ]);
  });

  test('of a client is the preface, and no push', () => {
    const bench = new Bench('client', {}, false);
    const [first] = bench.session.takeOutput();
    expect(first?.bytes.subarray(0, connectionPreface.length)).toEqual(connectionPreface);
    expect(first?.bytes.subarray(33, 45).toString('hex')).toBe('000200000000' + '000600010000');
  });

  test('is read octet by octet', () => {
    const bench = new Bench('server', {}, false);
    for (const octet of Buffer.concat([connectionPreface, emptySettings, ping])) {
      bench.session.take(Buffer.from([octet]));
    }
    expect(bench.said().slice(2)).toEqual(['SETTINGS ack', 'PING ack 0102030405060708']);
  });

  test.each([
    ['another preface', 'server', Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\rx')],
    ['HTTP/1', 'server', Buffer.from('GET / HTTP/1.1\r\n')],
    ['a frame before the settings', 'server', Buffer.concat([connectionPreface, ping])],
    ['an ACK before the settings', 'server', Buffer.concat([connectionPreface, settingsAck])],
    ['DATA before the settings', 'server', Buffer.concat([connectionPreface, data(1, 'a')])],
    ['a preface from a server', 'client', connectionPreface],
    ['HTTP/1 from a server', 'client', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['a frame before the settings of a server', 'client', goaway(0)],
  ] as const)('is not %s', (_, role, bytes) => {
    const bench = new Bench(role, {}, false);
    bench.take(bytes);
    expect(bench.log[0]).toMatch(/^over [16] /);
    expect(bench.said().at(-1)).toMatch(/^GOAWAY 0 [16]$/);
  });
});

describe('a server', () => {
  test('hands on requests with data and trailers, and sends answers', () => {
    const bench = new Bench('server');
    bench.take(bench.headers(1, postRequest), data(1, 'ab'), bench.headers(1, ['x=y'], true));
    expect(bench.heard()).toEqual([`request 1 ${post}`, 'data 1 ab', 'trailers 1 x=y']);
    const [stream] = bench.accepted;
    stream?.sendHead(fieldsOf(':status=103', 'link=</a>'), false);
    stream?.sendHead(ok, false);
    stream?.sendData(Buffer.from('abc'), false);
    stream?.sendTrailers(fieldsOf('grpc-status=0'));
    expect(bench.said()).toEqual([
      'HEADERS 1 :status=103 link=</a>',
      'HEADERS 1 :status=200',
      'DATA 1 3',
      'HEADERS 1 grpc-status=0 end',
    ]);
    expect(bench.session.open).toBe(0);
  });

  test('answers before the request is whole, and may then want no more of it', () => {
    const bench = new Bench('server');
    bench.take(bench.headers(1, postRequest));
    bench.accepted[0]?.sendHead(ok, true);
    bench.take(data(1, 'a'));
    bench.accepted[0]?.stop();
    expect(bench.said()).toEqual(['HEADERS 1 :status=200 end', 'RST 1 0']);
    bench.take(data(1, 'b'), bench.headers(1, ['x=y'], true));
    expect(bench.heard()).toEqual([`request 1 ${post}`, 'data 1 a']);
  });

  test('that wants no more waits until what it has to say has gone', () => {
    const bench = new Bench('server');
    bench.take(frame(4, 0, 0, settingsPayload(4, 1)), bench.headers(1, postRequest));
    bench.output();
    bench.accepted[0]?.sendHead(ok, false);
    bench.accepted[0]?.sendData(Buffer.from('ab'), true);
    bench.accepted[0]?.stop();
    expect(bench.said()).toEqual(['HEADERS 1 :status=200', 'DATA 1 1']);
    bench.take(frame(8, 0, 1, number(5)));
    expect(bench.said()).toEqual(['DATA 1 1 end', 'RST 1 0']);
  });

  test('tells of a request with too many fields, and of its end', () => {
    const bench = new Bench('server', { fields: 5 });
    bench.take(bench.headers(1, [...getRequest, 'a=1', 'b=2'], true));
    expect(bench.heard()).toEqual(['oversized 1']);
    bench.accepted[0]?.sendHead(fieldsOf(':status=431'), true);
    bench.accepted[0]?.stop();
    expect(bench.said()).toEqual(['HEADERS 1 :status=431 end']);
    bench.take(bench.headers(3, getRequest, true));
    expect(bench.heard()).toEqual([`request 3 ${get} end`]);
  });

  test('refuses what is more than it allows at once, and only once the peer knows', () => {
    const bench = new Bench('server', { streams: 3 });
    bench.session.allow(1, false);
    expect(bench.said()).toEqual(['SETTINGS 000300000001']);
    bench.take(bench.headers(1, getRequest), bench.headers(3, getRequest));
    expect(bench.said()).toEqual([]);
    bench.take(settingsAck, settingsAck);
    bench.take(bench.headers(5, getRequest));
    expect(bench.said()).toEqual(['RST 5 7']);
    bench.take(rst(1), rst(3), bench.headers(7, getRequest));
    expect(bench.said()).toEqual([]);
  });

  test('allows extended CONNECT when told so, and says it once', () => {
    const bench = new Bench('server');
    const connect = [':method=CONNECT', ':protocol=websocket', ...getRequest.slice(1)];
    bench.take(bench.headers(1, connect));
    expect(bench.said()).toEqual(['RST 1 1']);
    bench.session.allow(50, true);
    bench.session.allow(60, true);
    expect(bench.said()).toEqual(['SETTINGS 000300000032000800000001', 'SETTINGS 00030000003c']);
    bench.take(bench.headers(3, connect));
    expect(bench.heard().at(-1)).toBe(`request 3 ${connect.join(' ')}`);
  });

  test('lets no fields end a tunnel', () => {
    const bench = new Bench('server');
    bench.take(bench.headers(1, [':method=CONNECT', ':authority=a:1']), data(1, 'ab'));
    bench.take(bench.headers(1, ['x=y'], true));
    expect(bench.said()).toEqual(['RST 1 1']);
  });
});

describe('a client', () => {
  test('sends requests and hears answers', () => {
    const bench = new Bench('client');
    const stream = bench.request(...postRequest);
    stream.sendHead(fieldsOf(...postRequest), false);
    stream.sendData(Buffer.from('ab'), true);
    expect(bench.said()).toEqual([`HEADERS 1 ${post}`, 'DATA 1 2 end']);
    bench.take(bench.headers(1, [':status=103']), bench.headers(1, [':status=200']));
    bench.take(data(1, 'abc'), bench.headers(1, ['x=y'], true));
    expect(bench.heard()).toEqual([
      'sent 1 2',
      'head 1 :status=103',
      'head 1 :status=200',
      'data 1 abc',
      'trailers 1 x=y',
    ]);
    expect(bench.session.open).toBe(0);
  });

  test('lets no fields end a tunnel, but those of a refusal', () => {
    const bench = new Bench('client');
    for (const [id, status, end] of [
      [1, '200', ['RST 1 1']],
      [3, '403', []],
    ] as const) {
      bench
        .request(':method=CONNECT')
        .sendHead(fieldsOf(':method=CONNECT', ':authority=a:1'), false);
      bench.output();
      bench.take(bench.headers(id, [`:status=${status}`]), bench.headers(id, ['x=y'], true));
      expect(bench.said()).toEqual(end);
    }
  });

  test('waits while the peer allows no more, then sends all that it was given, in order', () => {
    const bench = new Bench('client');
    bench.take(frame(4, 0, 0, settingsPayload(3, 1)));
    bench.output();
    const [first, second, third] = Array.from({ length: 3 }, () => bench.request(...postRequest));
    for (const stream of [first, second, third]) {
      stream?.sendHead(fieldsOf(...postRequest), false);
      stream?.sendData(Buffer.from('body'), stream !== third);
    }
    third?.sendTrailers(fieldsOf('x=y'));
    expect([first?.id, second?.id, third?.id, bench.session.open]).toEqual([1, 0, 0, 3]);
    expect(bench.said()).toEqual([`HEADERS 1 ${post}`, 'DATA 1 4 end']);
    bench.take(bench.headers(1, [':status=200'], true));
    expect(bench.said()).toEqual([`HEADERS 3 ${post}`, 'DATA 3 4 end']);
    bench.take(bench.headers(3, [':status=200'], true));
    expect(bench.said()).toEqual([`HEADERS 5 ${post}`, 'DATA 5 4', 'HEADERS 5 x=y end']);
    bench.take(bench.headers(5, [':status=200'], true));
    expect(bench.session.open).toBe(0);
  });

  test('sends nothing of what waits when only a window grows', () => {
    const bench = new Bench('client');
    bench.take(frame(4, 0, 0, settingsPayload(3, 0)));
    bench.output();
    const stream = bench.request(...postRequest);
    stream.sendHead(fieldsOf(...postRequest), false);
    stream.sendData(Buffer.from('body'), true);
    bench.take(frame(8, 0, 0, number(100)));
    bench.session.setWritable(true);
    expect(bench.said()).toEqual([]);
  });

  test('begins what waits when settings allow more, in one block when it has no body', () => {
    const bench = new Bench('client');
    bench.take(frame(4, 0, 0, settingsPayload(3, 0)));
    bench.output();
    const streams = [1, 2].map(() => bench.request(...getRequest));
    for (const stream of streams) stream.sendHead(fieldsOf(...getRequest), true);
    streams[0]?.reset(8);
    expect(bench.said()).toEqual([]);
    bench.take(frame(4, 0, 0, settingsPayload(3, 5)));
    expect(bench.said()).toEqual(['SETTINGS ack', `HEADERS 1 ${get} end`]);
    expect(bench.session.open).toBe(1);
  });

  test('lets no more wait than its limit', () => {
    const bench = new Bench('client', { streams: 2 });
    bench.take(frame(4, 0, 0, settingsPayload(3, 0)));
    bench.request(...getRequest);
    bench.request(...getRequest);
    expect(bench.session.request('GET')).toBeUndefined();
  });
});

describe('RST_STREAM', () => {
  test.each([
    ['before an answer', () => {}],
    ['inside an answer', (bench: Bench) => bench.accepted[0]?.sendHead(ok, false)],
    [
      'with data that waits',
      (bench: Bench) => {
        bench.accepted[0]?.sendHead(ok, false);
        bench.accepted[0]?.sendData(Buffer.alloc(100_000), true);
      },
    ],
  ])('ends a stream %s, and nothing goes out behind it', (_, prepare) => {
    const bench = new Bench('server');
    bench.take(bench.headers(1, postRequest));
    prepare(bench);
    bench.output();
    bench.heard();
    bench.take(rst(1, 0xdead_beef));
    expect(bench.heard()).toEqual([`reset 1 ${0xdead_beef}`]);
    bench.accepted[0]?.sendHead(ok, true);
    bench.accepted[0]?.sendData(Buffer.from('a'), true);
    bench.accepted[0]?.sendTrailers(ok);
    bench.accepted[0]?.release(10);
    bench.accepted[0]?.reset(1);
    bench.take(frame(8, 0, 1, number(100_000)), frame(8, 0, 0, number(100_000)), rst(1));
    expect(bench.said()).toEqual([]);
    expect([bench.session.open, bench.session.isOver]).toEqual([0, false]);
  });

  test('of ours is said once, and what was on its way is not heard', () => {
    const bench = new Bench('server');
    bench.take(bench.headers(1, postRequest));
    bench.accepted[0]?.reset(7);
    bench.accepted[0]?.reset(8);
    expect(bench.said()).toEqual(['RST 1 7']);
    bench.take(data(1, 'a'), frame(8, 0, 1, number(1)), frame(2, 0, 1, '0000000010'));
    bench.take(bench.headers(1, ['x=y'], true), bench.headers(3, getRequest, true));
    expect(bench.heard()).toEqual([`request 1 ${post}`, `request 3 ${get} end`]);
    expect(bench.said()).toEqual([]);
  });
});

describe('GOAWAY', () => {
  test('refuses what the server has not looked at and what waits, and lets the rest end', () => {
    const bench = new Bench('client');
    bench.take(frame(4, 0, 0, settingsPayload(3, 3)));
    const streams = [1, 2, 3, 4, 5].map(() => bench.request(...getRequest));
    for (const stream of streams) stream.sendHead(fieldsOf(...getRequest), true);
    bench.output();
    bench.heard();
    bench.take(goaway(3));
    expect(bench.heard().toSorted()).toEqual(['goaway', 'reset 0 7', 'reset 0 7', 'reset 5 7']);
    expect(bench.said()).toEqual([]);
    expect(bench.session.request('GET')).toBeUndefined();
    bench.take(bench.headers(1, [':status=200'], true), bench.headers(3, [':status=200'], true));
    expect(bench.heard()).toEqual(['head 1 :status=200 end', 'head 3 :status=200 end']);
    expect(bench.session.open).toBe(0);
  });

  test('of a client ends nothing', () => {
    const bench = new Bench('server');
    bench.take(bench.headers(1, getRequest, true), goaway(0, 2));
    expect(bench.heard()).toEqual([`request 1 ${get} end`, 'goaway']);
    bench.accepted[0]?.sendHead(ok, true);
    expect(bench.said()).toEqual(['HEADERS 1 :status=200 end']);
  });
});

describe('draining', () => {
  test('of a server is said twice, with what came between', () => {
    const bench = new Bench('server');
    bench.take(bench.headers(1, getRequest, true));
    bench.session.drain();
    expect(bench.said()).toEqual(['GOAWAY 2147483647 0', 'PING 6279776100000001']);
    bench.take(bench.headers(3, getRequest, true), frame(6, 1, 0, '6279776100000001'));
    expect(bench.said()).toEqual(['GOAWAY 3 0']);
    bench.take(bench.headers(5, getRequest, true));
    expect(bench.said()).toEqual(['RST 5 7']);
    for (const stream of bench.accepted) stream.sendHead(ok, true);
    expect(bench.heard().at(-1)).toBe('over');
    expect(bench.said()).toHaveLength(2);
  });

  test('goes on when asked again, and ends at once when nothing is open', () => {
    const bench = new Bench('server');
    bench.session.drain();
    bench.session.drain();
    expect(bench.said().at(-1)).toBe('GOAWAY 0 0');
    expect(bench.heard()).toEqual(['over']);
  });

  test('of a client waits for its answers, also for those of what waits', () => {
    const bench = new Bench('client');
    bench.take(frame(4, 0, 0, settingsPayload(3, 1)));
    for (const stream of [bench.request(':method=GET'), bench.request(':method=GET')]) {
      stream.sendHead(fieldsOf(...getRequest), true);
    }
    bench.session.drain();
    expect(bench.session.request('GET')).toBeUndefined();
    bench.take(bench.headers(1, [':status=200'], true));
    expect(bench.session.isOver).toBe(false);
    bench.take(bench.headers(3, [':status=200'], true));
    expect(bench.heard()).toContain('over');
  });

  test('does not begin with an answer to a PING that nobody sent', () => {
    const bench = new Bench('server');
    bench.take(frame(6, 1, 0, '6279776100000001'));
    expect(bench.said()).toEqual([]);
    expect(bench.session.isClosing).toBe(false);
  });
});

test('a peer that acknowledges no settings is not told of more for ever', () => {
  const bench = new Bench('server');
  for (let time = 0; time < 200 && !bench.session.isOver; time++) bench.session.allow(time, false);
  expect(bench.heard()).toEqual(['over 4 settings that are not acknowledged']);
  expect(bench.output().length).toBeLessThan(110);
});

describe('after its end', () => {
  test('a session does not hear what came in the same piece', () => {
    const bench = new Bench('server');
    bench.take(bench.headers(1, getRequest));
    bench.session.drain();
    bench.session.drain();
    bench.output();
    bench.heard();
    bench.take(rst(1), ping, bench.headers(3, getRequest, true), emptySettings, goaway(0));
    expect(bench.heard()).toEqual(['reset 1 8', 'over'].toReversed());
    expect(bench.said()).toEqual([]);
  });

  test('a session hears, says and begins nothing', () => {
    const bench = new Bench('server');
    bench.take(bench.headers(1, postRequest));
    bench.session.end(2, 'gone');
    bench.session.end(2);
    expect(bench.heard()).toEqual([`request 1 ${post}`, 'reset 1 2 gone', 'over']);
    bench.take(data(1, 'a'), ping);
    bench.session.drain();
    bench.session.allow(1, true);
    bench.session.setWritable(true);
    bench.accepted[0]?.sendHead(ok, true);
    expect(bench.said()).toEqual([]);
    expect(bench.heard()).toEqual([]);
    expect([bench.session.open, bench.session.isOver]).toEqual([0, true]);
  });

  test('of the peer, by a fault, streams are told why', () => {
    const bench = new Bench('client');
    bench.request(...getRequest).sendHead(fieldsOf(...getRequest), true);
    bench.output();
    bench.take(frame(0, 0, 0, '61'), bench.headers(1, [':status=200'], true));
    expect(bench.heard()).toEqual([
      'reset 1 2 DATA on the connection',
      'over 1 DATA on the connection',
    ]);
    expect(bench.said()).toEqual(['GOAWAY 0 1']);
  });
});

test('fields that are handed on keep how they were indexed', () => {
  const bench = new Bench('server');
  // Literals that are never indexed, not indexed, and added to the table (RFC 7541 6.2).
  const literals = '1001730131' + '0001700132' + '4001690133';
  bench.take(frame(1, 5, 1, `82868441${'0161'}${literals}`));
  const again = new Bench('client');
  again.request(':method=GET').sendHead(bench.fields, true);
  expect(again.output()[0]?.payload.toString('hex')).toBe(`82868441${'0161'}${literals}`);
});
