import { HpackFault } from './fault.ts';
import { endOfString, huffmanCodes } from './huffman-codes.ts';

// A step is taken for every four bits. As no code is shorter than five, it completes at most one symbol.
const nextMask = 0xff;
const symbolShift = 8;
const symbolFlag = 1 << 16;
/** The bits since the last symbol can be padding: at most seven, all ones. */
const paddingFlag = 1 << 17;
const faultFlag = 1 << 18;

/** A node of the tree of codes: a number below 256 for another node, 256 + symbol for a leaf. */
type Node = { zero: number; one: number; readonly padding: boolean };

const leaf = 256;
const unset = -1;

const plant = (): Node[] => {
  const nodes: Node[] = [{ zero: unset, one: unset, padding: true }];
  for (const { symbol, code, length } of huffmanCodes) {
    let at = 0;
    for (let depth = 1; depth < length; depth++) {
      at = childOf(nodes, at, Math.floor(code / 2 ** (length - depth)) % 2 === 1, depth);
    }
    const node = nodes[at] as Node;
    if (code % 2 === 1) node.one = leaf + symbol;
    else node.zero = leaf + symbol;
  }
  return nodes;
};

const childOf = (nodes: Node[], at: number, one: boolean, depth: number): number => {
  const node = nodes[at] as Node;
  const known = one ? node.one : node.zero;
  if (known !== unset) return known;
  const child = nodes.push({
    zero: unset,
    one: unset,
    padding: node.padding && one && depth <= 7,
  });
  if (one) node.one = child - 1;
  else node.zero = child - 1;
  return child - 1;
};

const stepOf = (nodes: readonly Node[], start: number, bits: number): number => {
  let at = start;
  let emitted = 0;
  for (let bit = 3; bit >= 0; bit--) {
    const node = nodes[at] as Node;
    at = ((bits >> bit) & 1) === 1 ? node.one : node.zero;
    if (at === leaf + endOfString) return faultFlag;
    if (at < leaf) continue;
    emitted = symbolFlag | ((at - leaf) << symbolShift);
    at = 0;
  }
  return at | emitted | ((nodes[at] as Node).padding ? paddingFlag : 0);
};

// For each of the 256 nodes and each four bits what is to be done, in one number.
const steps: Int32Array = (() => {
  const nodes = plant();
  return Int32Array.from({ length: nodes.length * 16 }, (_, at) => stepOf(nodes, at >> 4, at & 15));
})();

/** How many octets `octets` octets can become at most: the shortest code has five bits. */
export const huffmanOctetsMax = (octets: number): number => Math.floor((octets * 8) / 5);

/**
 * Decodes `block` from `start` to `end` into `target`, which has room for `huffmanOctetsMax` of them,
 * and returns how many octets it wrote. Throws `HpackFault` on the end of string symbol and on
 * padding that is longer than seven bits or not all ones (RFC 7541 5.2).
 */
export const decodeHuffman = (
  block: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
): number => {
  let written = 0;
  let step = paddingFlag;
  for (let at = start; at < end; at++) {
    const octet = block[at] as number;
    step = steps[((step & nextMask) << 4) | (octet >> 4)] as number;
    if ((step & symbolFlag) !== 0) target[written++] = step >> symbolShift;
    if ((step & faultFlag) !== 0) throw new HpackFault('end of string symbol inside a string');
    step = steps[((step & nextMask) << 4) | (octet & 15)] as number;
    if ((step & symbolFlag) !== 0) target[written++] = step >> symbolShift;
    if ((step & faultFlag) !== 0) throw new HpackFault('end of string symbol inside a string');
  }
  if ((step & paddingFlag) === 0) throw new HpackFault('bad padding after a string');
  return written;
};
