import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { connect } from 'node:tls';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  beginsTls,
  type ClientHello,
  helloBytesMax,
  readClientHello,
} from '../../../src/protocol/tls/client-hello.ts';
import { HelloFault } from '../../../src/protocol/tls/hello-fault.ts';
import { extension, hello, protocolList, record, serverNameList, vector } from './hello-bytes.ts';

const whole = (message: Buffer): Buffer => record(message);
const named = hello(extension(0, serverNameList('Shop.test')));

/** What the reader says of all prefixes and then of the whole. */
const readCut = (bytes: Buffer): ClientHello | undefined => {
  for (let length = 0; length < bytes.length; length++) {
    expect(readClientHello(bytes.subarray(0, length)), `${length} bytes`).toBeUndefined();
  }
  return readClientHello(bytes);
};

test('literal bytes, cut at every point', () => {
  const bytes = Buffer.from(
    `16030100480100004403030000000000000000000000000000000000000000000000000000000000000000${'00'}${'00021301'}${'0100'}` +
      `0019${'0000000800060000036f6e65'}${'00100009000702683203612f62'}`,
    'hex',
  );
  expect(readCut(bytes)).toEqual({ serverName: 'one', protocols: ['h2', 'a/b'] });
});

test.each([
  ['one record', (message: Buffer) => record(message)],
  ['a record for each 100 bytes', (message: Buffer) => cutInto(message, 100)],
  [
    'a header that is cut',
    (message: Buffer) => [record(message.subarray(0, 2)), record(message.subarray(2))],
  ],
])('in %s', (_, split) => {
  const message = hello(
    extension(0, serverNameList('Shop.test')),
    extension(16, protocolList('h2', 'http/1.1')),
    extension(0xfafa, Buffer.alloc(200)),
  );
  const records = split(message);
  const bytes = Buffer.isBuffer(records) ? records : Buffer.concat(records);
  const expected = { serverName: 'shop.test', protocols: ['h2', 'http/1.1'] };
  expect(readCut(bytes)).toEqual(expected);
  expect(readClientHello(Buffer.concat([bytes, Buffer.from('early data')]))).toEqual(expected);
});

const cutInto = (message: Buffer, size: number): readonly Buffer[] =>
  Array.from({ length: Math.ceil(message.length / size) }, (_, index) =>
    record(message.subarray(index * size, (index + 1) * size)),
  );

test.each([
  ['no extensions at all', hello()],
  ['an empty list of extensions', hello(Buffer.alloc(0))],
  ['an IPv4 address for a name', hello(extension(0, serverNameList('127.0.0.1')))],
])('%s: neither name nor offer', (_, message) => {
  expect(readCut(whole(message))).toEqual({ serverName: undefined, protocols: [] });
});

test('16 KiB are read, one byte more is refused as soon as it is announced', () => {
  const rest = helloBytesMax - hello(extension(21, Buffer.alloc(0))).length;
  const most = hello(extension(21, Buffer.alloc(rest)));
  expect(most).toHaveLength(helloBytesMax);
  expect(readClientHello(record(most))).toEqual({ serverName: undefined, protocols: [] });
  const more = hello(extension(21, Buffer.alloc(rest + 1)));
  expect(() => readClientHello(record(more.subarray(0, 4)))).toThrow('longer than 16 KiB');
});

describe('refused', () => {
  test.each<readonly [string, Buffer]>([
    ['another record', Buffer.from([0x17])],
    ['SSL 2', Buffer.from([0x16, 0x02])],
    ['a version to come', Buffer.from([0x16, 0x03, 0x05])],
    ['an empty record', Buffer.from([0x16, 3, 1, 0, 0])],
    ['a record beyond 16 KiB', Buffer.from([0x16, 3, 1, 0x40, 0x01])],
    ['a ServerHello', record(Buffer.from([2]))],
    ['nine records', Buffer.concat(cutInto(named, Math.ceil(named.length / 9)))],
    [
      'a second record of another kind',
      Buffer.concat([record(named.subarray(0, 9)), Buffer.from([0x14])]),
    ],
    ['another message in its record', record(Buffer.concat([named, named]))],
    ['a message that is cut', record(withLength(named.subarray(0, -1)))],
    ['bytes behind the extensions', record(withLength(Buffer.concat([named, Buffer.from([0])])))],
    [
      'two names',
      record(hello(extension(0, vector(2, Buffer.concat([oneName('a'), oneName('b')]))))),
    ],
    ['no name in a list', record(hello(extension(0, vector(2, Buffer.alloc(0)))))],
    ['an empty name', record(hello(extension(0, serverNameList(''))))],
    ['a name with a NUL', record(hello(extension(0, serverNameList('a\0b'))))],
    ['a name with a blank', record(hello(extension(0, serverNameList('a b'))))],
    ['a name of 256 bytes', record(hello(extension(0, serverNameList('a'.repeat(256)))))],
    ['an empty protocol', record(hello(extension(16, protocolList('h2', ''))))],
    ['no protocol', record(hello(extension(16, protocolList())))],
    [
      'an extension twice',
      record(hello(extension(5, Buffer.alloc(1)), extension(5, Buffer.alloc(1)))),
    ],
    ['an extension that is cut', record(hello(Buffer.from([0, 5, 0, 9, 1])))],
  ])('%s', (_, bytes) => {
    expect(() => readClientHello(bytes)).toThrow(HelloFault);
  });
});

const oneName = (name: string): Buffer =>
  Buffer.concat([Buffer.from([0]), vector(2, Buffer.from(name))]);

/** The message with the length in its header made right. */
const withLength = (message: Buffer): Buffer => {
  const copy = Buffer.from(message);
  copy.writeUIntBE(copy.length - 4, 1, 3);
  return copy;
};

test('no byte makes it fail otherwise, or read on without end', () => {
  const bytes = record(
    hello(extension(0, serverNameList('a.b')), extension(16, protocolList('h2'))),
  );
  const change = fc.record({ at: fc.nat(bytes.length - 1), octet: fc.nat(255) });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 4 }), (changes) => {
      const changed = Buffer.from(bytes);
      for (const { at, octet } of changes) changed[at] = octet;
      try {
        readClientHello(changed);
      } catch (error) {
        expect(error).toBeInstanceOf(HelloFault);
      }
    }),
    { numRuns: 5_000 },
  );
});

test("what Node's own client sends", async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const offer = ['h2', 'http/1.1'];
  const client = connect({
    port,
    host: '127.0.0.1',
    servername: 'shop.test',
    ALPNProtocols: offer,
  });
  client.on('error', () => {});
  const [socket] = await once(server, 'connection');
  const [bytes] = await once(socket, 'data');
  expect(beginsTls(bytes)).toBe(true);
  expect(readClientHello(bytes)).toEqual({ serverName: 'shop.test', protocols: offer });
  for (const end of [client, socket]) end.destroy();
  server.close();
});

describe('how a connection begins', () => {
  const start = [0x16, 0x03, 0x01, 0x02, 0x00, 0x01];
  test('is known after six bytes', () => {
    for (let length = 0; length < 6; length++) {
      expect(beginsTls(Buffer.from(start.slice(0, length)))).toBeUndefined();
    }
    expect(beginsTls(Buffer.from(start))).toBe(true);
  });
  test.each([
    [0, 0x15],
    [0, 0x47],
    [1, 2],
    [2, 5],
    [5, 2],
  ])('byte %i is %i: no TLS, at once', (at, octet) => {
    const bytes = Buffer.from(start.with(at, octet)).subarray(0, at + 1);
    expect(beginsTls(bytes)).toBe(false);
  });
});
