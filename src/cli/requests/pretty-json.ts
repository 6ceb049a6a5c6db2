/** Characters of JSON that are laid out anew; longer texts stay as they are. */
const charactersMax: number = 1024 * 1024;
const depthMax = 40;

const pieces = /"(?:[^"\\]|\\.)*"?|[{}[\],:]|[^\s{}[\],:"]+/gs;

/**
 * JSON with one value a line. Numbers and strings stay as they are written, and what is cut off is laid
 * out as far as it goes.
 */
export const prettyJson = (text: string): string => {
  if (text.length > charactersMax) return text;
  const written: string[] = [];
  let depth = 0;
  let before = '';
  for (const [piece] of text.matchAll(pieces)) {
    if (isClosing(piece)) depth = Math.max(0, depth - 1);
    if (breaks(before, piece)) written.push(`\n${'  '.repeat(Math.min(depth, depthMax))}`);
    written.push(piece === ':' ? ': ' : piece);
    if (isOpening(piece)) depth += 1;
    before = piece;
  }
  return written.join('');
};

const isOpening = (piece: string): boolean => piece === '{' || piece === '[';
const isClosing = (piece: string): boolean => piece === '}' || piece === ']';

const breaks = (before: string, piece: string): boolean => {
  if (isOpening(before)) return !isClosing(piece);
  return before === ',' || (isClosing(piece) && before !== '');
};
