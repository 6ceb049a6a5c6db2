import { expect, test } from 'vitest';
import { EventStreamReader } from '../../src/protocol/event-stream.ts';

const stream =
  ': hello\n\nevent: state\ndata: {"a":1}\n\ndata: one\ndata:two\r\n\r\nevent: x\n\ndata\n\n';
const events = [
  { type: 'state', data: '{"a":1}' },
  { type: 'message', data: 'one\ntwo' },
  { type: 'message', data: '' },
];

test('reads the same events wherever the stream is cut', () => {
  for (let at = 0; at <= stream.length; at++) {
    const reader = new EventStreamReader();
    expect([...reader.take(stream.slice(0, at)), ...reader.take(stream.slice(at))]).toEqual(events);
  }
});

test('refuses an event without end', () => {
  const reader = new EventStreamReader();
  const piece = `data: ${'x'.repeat(1024 * 1024)}\n`;
  expect(() => {
    for (let pieces = 0; pieces < 20; pieces++) reader.take(piece);
  }).toThrow('too long');
});

test('a large event that comes in many small pieces is searched once', () => {
  const reader = new EventStreamReader();
  const data = 'x'.repeat(8 * 1024 * 1024);
  reader.take('data: ');
  for (let at = 0; at < data.length; at += 128) reader.take(data.slice(at, at + 128));
  expect(reader.take('\r')).toEqual([]);
  expect(reader.take('\n\r\n')).toEqual([{ type: 'message', data }]);
});
