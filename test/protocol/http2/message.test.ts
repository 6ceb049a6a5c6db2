import { describe, expect, test } from 'vitest';
import { Field } from '../../../src/protocol/http2/hpack/field.ts';
import { checkAnswer, checkRequest, checkTrailers } from '../../../src/protocol/http2/message.ts';
import { answers, extendedRequests, requests, trailers } from './message-table.ts';

const fieldsOf = (lines: readonly string[]): readonly Field[] =>
  lines.map((line) => {
    const at = line.indexOf('=');
    return new Field(line.slice(0, at), line.slice(at + 1));
  });

const reasonOf = (check: () => unknown): string => {
  try {
    check();
    return 'accepted';
  } catch (error) {
    expect(error).toMatchObject({ name: 'MalformedMessage' });
    return (error as Error).message;
  }
};

test('the table is a table', () => {
  expect(requests.length + answers.length + trailers.length).toBeGreaterThan(100);
});

describe('the head of a request', () => {
  test.each(requests)('%s', (_, lines, expected) => {
    const fields = fieldsOf(lines);
    // What was looked at before is judged alike.
    for (let time = 0; time < 2; time++) {
      expect(reasonOf(() => checkRequest(fields, false))).toBe(expected);
    }
  });

  test.each(extendedRequests)('with extended CONNECT: %s', (_, lines, expected) => {
    expect(reasonOf(() => checkRequest(fieldsOf(lines), true))).toBe(expected);
  });

  test('tells method and length', () => {
    const head = [':method=PUT', ':scheme=http', ':path=/', 'content-length=17'];
    expect(checkRequest(fieldsOf(head), false)).toEqual({ method: 'PUT', length: 17 });
    expect(checkRequest(fieldsOf(head.slice(0, 3)), false).length).toBe(-1);
  });
});

describe('the head of an answer', () => {
  test.each(answers)('%s', (_, lines, expected) => {
    const fields = fieldsOf(lines);
    for (let time = 0; time < 2; time++) {
      expect(reasonOf(() => checkAnswer(fields, 'GET'))).toBe(expected);
    }
  });

  test.each([
    ['GET', '200', 5],
    ['HEAD', '200', 0],
    ['GET', '204', 0],
    ['GET', '304', 0],
    ['CONNECT', '200', -1],
    ['CONNECT', '204', 0],
    ['CONNECT', '403', 5],
  ])('to %s with status %s and a length of 5 has a body of %i', (method, status, length) => {
    const head = fieldsOf([`:status=${status}`, 'content-length=5']);
    expect(checkAnswer(head, method)).toEqual({ status: Number(status), length });
  });
});

describe('trailers', () => {
  test.each(trailers)('%s', (_, lines, expected) => {
    const fields = fieldsOf(lines);
    for (let time = 0; time < 2; time++) {
      expect(reasonOf(() => checkTrailers(fields))).toBe(expected);
    }
  });
});

describe('a field that was found proper in one message', () => {
  const proper = new Field('x-a', '1');
  checkTrailers([proper]);

  test('is proper in the others, and its neighbours are still looked at', () => {
    expect(proper.isProper).toBe(true);
    const bad = new Field('connection', 'close');
    for (let time = 0; time < 2; time++) {
      expect(() => checkTrailers([proper, bad])).toThrow();
      expect(() => checkAnswer([new Field(':status', '200'), proper, bad], 'GET')).toThrow();
    }
    expect(bad.isProper).toBe(false);
  });

  test('does not make a pseudo field proper anywhere else', () => {
    const status = new Field(':status', '200');
    const method = new Field(':method', 'GET');
    checkAnswer([status], 'GET');
    checkRequest([method, new Field(':scheme', 'http'), new Field(':path', '/')], false);
    expect([status.isProper, method.isProper]).toEqual([false, true]);
    expect(() => checkTrailers([status])).toThrow(':status');
    expect(() => checkAnswer([status, method], 'GET')).toThrow(':method');
  });

  test('does not hide a second host or length', () => {
    const head = [':method=GET', ':scheme=http', ':path=/'];
    for (const name of ['host', 'content-length']) {
      const field = new Field(name, '1');
      checkRequest([...fieldsOf(head), field], false);
      expect(field.isProper).toBe(true);
      expect(() => checkRequest([...fieldsOf(head), field, field], false)).toThrow('more than one');
    }
  });
});
