/** The word that `text` was probably meant to be, as a question; else all of them. */
export const closestOf = (text: string, words: readonly string[]): string => {
  const lower = text.toLowerCase();
  const ranked = words
    .map((word) => ({ word, distance: distance(lower, word.toLowerCase()) }))
    .sort((one, other) => one.distance - other.distance);
  const [best] = ranked;
  if (best !== undefined && best.distance <= Math.max(1, Math.floor(text.length / 3))) {
    return `${best.word}?`;
  }
  return words.join(', ');
};

// Letters to change, add or take away. Words are short: the square of their length is little.
const distance = (one: string, other: string): number => {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [line, letter] of Array.from(one.slice(0, 40)).entries()) {
    const next = [line + 1];
    for (let column = 0; column < other.length; column++) {
      const changed = (row[column] as number) + (letter === other[column] ? 0 : 1);
      next.push(Math.min(changed, (row[column + 1] as number) + 1, (next[column] as number) + 1));
    }
    row = next;
  }
  return row[other.length] as number;
};
