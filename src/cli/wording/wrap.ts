const usualColumns = 80;

/** Text in lines, the first indented by `first`, the others by `rest`; a long word is not cut. */
export const wrapped = (
  text: string,
  first: number,
  rest: number,
  columns: number = usualColumns,
): readonly string[] => {
  const lines: string[] = [];
  let line = ' '.repeat(first);
  let isEmpty = true;
  for (const word of text.split(/ (?! )/)) {
    if (!isEmpty && [...line].length + 1 + [...word].length > columns) {
      lines.push(line.trimEnd());
      line = ' '.repeat(rest);
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line.trimEnd()];
};

/**
 * A title with a word at its right, below it when there is no room. `shown` is the word as it is
 * painted.
 */
export const beside = (title: string, word: string, shown: string): readonly string[] => {
  const lines = wrapped(title.trimStart(), 2, 4);
  const last = lines.at(-1) ?? '';
  const room = usualColumns - [...last].length - word.length;
  if (room < 2) return [...lines, `    ${shown}`];
  const gap = ' '.repeat(Math.max(2, Math.min(room, 58 - [...last].length)));
  return [...lines.slice(0, -1), `${last}${gap}${shown}`];
};
