import { expect, test } from 'vitest';
import { HpackFault } from '../../../../src/protocol/http2/hpack/fault.ts';
import { decodeHuffman } from '../../../../src/protocol/http2/hpack/huffman.ts';
import { printedCodes } from './huffman-appendix.ts';
import { hex } from './reading.ts';

const bitsOf = (symbol: number): string => {
  const [code = '', length = ''] = (printedCodes[symbol] as string).split(':');
  return Number.parseInt(code, 16).toString(2).padStart(Number(length), '0');
};

/** Octets of these bits, the last one filled up with `padding`. */
const pack = (bits: string, padding = '1'): Buffer => {
  const whole = bits.padEnd(Math.ceil(bits.length / 8) * 8, padding);
  return Buffer.from((whole.match(/.{8}/g) ?? []).map((octet) => Number.parseInt(octet, 2)));
};

const decode = (bytes: Buffer): Buffer => {
  const target = Buffer.alloc(bytes.length * 2);
  return target.subarray(0, decodeHuffman(bytes, 0, bytes.length, target));
};

const octets = Array.from({ length: 256 }, (_, octet) => octet);

test('each octet behind each other one, as RFC 7541 Appendix B prints their codes', () => {
  for (const first of octets) {
    for (const second of octets) {
      const decoded = decode(pack(bitsOf(first) + bitsOf(second)));
      if (decoded.length !== 2 || decoded[0] !== first || decoded[1] !== second) {
        expect.unreachable(`${first} ${second} became ${decoded.toString('hex')}`);
      }
    }
  }
});

test('padding is the start of the end of string, not longer than seven bits', () => {
  for (const octet of octets) {
    const bits = bitsOf(octet);
    const missing = (8 - (bits.length % 8)) % 8;
    for (let ones = 0; ones < missing; ones++) {
      const cut = pack(bits + '1'.repeat(ones), '0');
      expect(() => decodeStrictly(cut, octet)).toThrow(HpackFault);
    }
    expect(() => decode(Buffer.concat([pack(bits), hex('ff')]))).toThrow('padding');
  }
});

// A padding of zeros can be the start of another octet's code; either way it must not give this one.
const decodeStrictly = (bytes: Buffer, octet: number): void => {
  const decoded = decode(bytes);
  if (decoded.length !== 1 || decoded[0] !== octet) throw new HpackFault('another string');
};

test.each([
  ['ff', 'padding'],
  ['ffff', 'padding'],
  ['ffffff', 'padding'],
  ['fffffff8', 'padding'],
  ['fffffffc', 'end of string'],
  ['ffffffffff', 'end of string'],
  ['1fff', 'padding'],
  ['00', 'padding'],
  ['1e', 'padding'],
  ['fe', 'padding'],
  ['1fffffffff', 'end of string'],
])('%s: bad %s', (digits, message) => {
  const bytes = hex(digits);
  expect(() => decode(bytes)).toThrow(HpackFault);
  expect(() => decode(bytes)).toThrow(message);
});

test('the end of string is refused wherever it starts', () => {
  for (const octet of octets) {
    const bytes = pack(bitsOf(octet) + bitsOf(256));
    expect(() => decode(bytes)).toThrow('end of string');
    expect(() => decode(Buffer.concat([bytes, hex('1f')]))).toThrow('end of string');
  }
});

test('a part of a block, and nothing at all', () => {
  const target = Buffer.alloc(8);
  expect(decodeHuffman(hex('ff1fff'), 1, 2, target)).toBe(1);
  expect(target.toString('latin1', 0, 1)).toBe('a');
  expect(decodeHuffman(hex('ff'), 0, 0, target)).toBe(0);
});
