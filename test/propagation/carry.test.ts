import { describe, expect, test } from 'vitest';
import { carry } from '../../src/propagation/carry.ts';

describe('carrying', () => {
  test('takes the key and the trace along, as they came, and nothing else', () => {
    const incoming = {
      host: 'cart',
      authorization: 'Bearer secret',
      cookie: 'a=b',
      'x-byway-id': 'k3y',
      baggage: 'a=1 , byway=k3y;p=1',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      tracestate: 'rojo=00f067aa0ba902b7',
    };
    const { host: _, authorization: __, cookie: ___, ...carried } = incoming;
    expect(carry(incoming)).toEqual(carried);
  });

  test('leaves out what did not come', () => {
    expect(carry({})).toEqual({});
    expect(carry({ 'x-byway-id': undefined, baggage: 'byway=k3y' })).toEqual({
      baggage: 'byway=k3y',
    });
  });

  test('keeps an empty value, which is a value', () => {
    expect(carry({ tracestate: '' })).toEqual({ tracestate: '' });
  });

  test('keeps several lines in their order, in a list of its own', () => {
    const lines = ['a=1', 'byway=k3y'];
    const carried = carry({ baggage: lines });
    expect(carried).toEqual({ baggage: ['a=1', 'byway=k3y'] });
    expect(carried['baggage']).not.toBe(lines);
  });

  test('knows names in any case, and joins two spellings of one name', () => {
    expect(carry({ 'X-Byway-Id': 'k3y' })).toEqual({ 'x-byway-id': 'k3y' });
    expect(carry({ Baggage: 'a=1', baggage: ['b=2', 'c=3'] })).toEqual({
      baggage: ['a=1', 'b=2', 'c=3'],
    });
  });
});
