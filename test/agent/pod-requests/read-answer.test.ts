import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AnswerReader } from '../../../src/agent/pod-requests/read-answer.ts';
import { podAnswerBytesMax } from '../../../src/protocol/pod-requests.ts';

const read = (method: string, pieces: readonly string[]) => {
  const reader = new AnswerReader(method);
  const states = pieces.map((piece) => reader.take(Buffer.from(piece, 'latin1')));
  return { reader, states };
};

test.each([
  ['GET', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi'],
  ['GET', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nT: 1\r\n\r\n'],
  ['GET', 'HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n'],
  ['HEAD', 'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n'],
  ['GET', 'HTTP/1.1 304 Not Modified\r\n\r\n'],
])('%s %j is whole with its last byte, wherever it is cut', (method, answer) => {
  for (let cut = 1; cut < answer.length; cut++) {
    const { reader, states } = read(method, [answer.slice(0, cut), answer.slice(cut)]);
    expect(states).toEqual(['more', 'whole']);
    expect(reader.answer.toString('latin1')).toBe(answer);
  }
});

test('any pieces of it give the same', () => {
  const answer =
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n';
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: answer.length - 1 })), (cuts) => {
      const places = [0, ...new Set(cuts.sort((a, b) => a - b)), answer.length];
      const pieces = places.slice(1).map((end, index) => answer.slice(places[index], end));
      expect(read('GET', pieces).states.at(-1)).toBe('whole');
    }),
  );
});

test('without a length the end of the connection is its end, and only then', () => {
  const open = read('GET', ['HTTP/1.1 200 OK\r\n\r\nhi']);
  expect(open.states).toEqual(['more']);
  expect(open.reader.end()).toBe('whole');
  const cut = read('GET', ['HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhi']);
  expect(cut.reader.end()).toBe('pod_broke');
  expect(read('GET', []).reader.end()).toBe('pod_broke');
});

test.each([
  ['no HTTP', '220 mail.example.com\r\n'],
  ['another protocol', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n'],
  ['a second answer', 'HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n'],
  ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nh'],
])('%s is none', (_, answer) => {
  expect(read('GET', [answer]).states).toEqual(['not_http']);
});

test('more than 1 MiB is too much', () => {
  const reader = new AnswerReader('GET');
  expect(reader.take(Buffer.from('HTTP/1.1 200 OK\r\n\r\n'))).toBe('more');
  expect(reader.take(Buffer.alloc(podAnswerBytesMax - 100))).toBe('more');
  expect(reader.take(Buffer.alloc(200))).toBe('answer_too_large');
});
