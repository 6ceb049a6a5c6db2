/** The candidates that a mistyped word was probably meant to be, best first, at most three. */
export const closest = (word: string, candidates: readonly string[]): readonly string[] =>
  [...new Set(candidates)]
    .map((candidate) => ({ candidate, distance: distanceOf(word, candidate) }))
    .filter(({ candidate, distance }) => distance <= Math.max(1, candidate.length / 3))
    .sort((left, right) => left.distance - right.distance)
    .slice(0, 3)
    .map(({ candidate }) => candidate);

/** Characters that are compared; names are no longer than this. */
const charactersMax = 128;

// Levenshtein's, one row at a time.
const distanceOf = (left: string, right: string): number => {
  const from = left.toLowerCase().slice(0, charactersMax);
  const to = right.toLowerCase().slice(0, charactersMax);
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let line = 1; line <= from.length; line++) {
    const next = [line];
    for (let column = 1; column <= to.length; column++) {
      const replaced = (row[column - 1] ?? 0) + (from[line - 1] === to[column - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
};
