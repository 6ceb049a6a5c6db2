const token = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/gs;

/** Levels that are indented; what lies deeper stands below each other. */
const indentedLevelsMax = 32;

/**
 * JSON with a line for each member and element, every number and string written as it came. What is
 * no JSON, such as a body that was cut, stays as it is.
 */
export const indentJson = (text: string): string => {
  if (!isJson(text)) return text;
  const out: string[] = [];
  let depth = 0;
  let before = '';
  for (const [piece] of text.matchAll(token)) {
    if (isOneOf('}]', piece)) depth--;
    if (beginsLine(before, piece)) out.push(`\n${'  '.repeat(Math.min(depth, indentedLevelsMax))}`);
    out.push(piece === ':' ? ': ' : piece);
    if (isOneOf('{[', piece)) depth++;
    before = piece;
  }
  return out.join('');
};

const isOneOf = (brackets: string, piece: string): boolean =>
  piece.length === 1 && brackets.includes(piece);

const beginsLine = (before: string, piece: string): boolean => {
  if (before === '') return false;
  const opened = isOneOf('{[', before);
  return isOneOf('}]', piece) ? !opened : opened || before === ',';
};

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};
