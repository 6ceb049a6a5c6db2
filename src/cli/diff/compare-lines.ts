export type LineDifference = {
  readonly side: 'local' | 'cluster';
  /** From 1, in the text of that side. */
  readonly line: number;
  readonly text: string;
};

/** Steps of looking for lines that both have; beyond it all lines of a stretch count as changed. */
const stepsMax = 4_000_000;

/** Lines that only one of two texts has, in their order; line ends are no part of lines. */
export const compareLines = (local: string, cluster: string): readonly LineDifference[] => {
  const [left, right] = [local, cluster].map((text) => text.split(/\r?\n/)) as [string[], string[]];
  let start = 0;
  while (start < left.length && start < right.length && left[start] === right[start]) start++;
  let [leftEnd, rightEnd] = [left.length, right.length];
  while (leftEnd > start && rightEnd > start && left[leftEnd - 1] === right[rightEnd - 1]) {
    leftEnd--;
    rightEnd--;
  }
  const middle = differing(left.slice(start, leftEnd), right.slice(start, rightEnd));
  return middle.map((one) => ({ ...one, line: one.line + start }));
};

const differing = (
  left: readonly string[],
  right: readonly string[],
): readonly LineDifference[] => {
  const lengths = commonLengths(left, right);
  const found: LineDifference[] = [];
  let [i, j] = [0, 0];
  while (i < left.length || j < right.length) {
    const [a, b] = [left[i], right[j]];
    const width = right.length + 1;
    if (a !== undefined && a === b && lengths !== undefined) {
      i++;
      j++;
    } else if (b === undefined || (a !== undefined && takesLeft(lengths, i, j, width))) {
      found.push({ side: 'local', line: ++i, text: a ?? '' });
    } else found.push({ side: 'cluster', line: ++j, text: b });
  }
  return found;
};

const takesLeft = (
  lengths: Uint16Array | undefined,
  i: number,
  j: number,
  width: number,
): boolean =>
  lengths === undefined || (lengths[(i + 1) * width + j] ?? 0) >= (lengths[i * width + j + 1] ?? 0);

/** For each pair of places how many lines are common behind them; undefined when that is too much. */
const commonLengths = (
  left: readonly string[],
  right: readonly string[],
): Uint16Array | undefined => {
  const width = right.length + 1;
  if (left.length * right.length > stepsMax || Math.max(left.length, right.length) > 65_000) {
    return undefined;
  }
  const lengths = new Uint16Array((left.length + 1) * width);
  for (let i = left.length - 1; i >= 0; i--) {
    for (let j = right.length - 1; j >= 0; j--) {
      const [down, along] = [lengths[(i + 1) * width + j], lengths[i * width + j + 1]];
      const same = (lengths[(i + 1) * width + j + 1] ?? 0) + 1;
      lengths[i * width + j] = left[i] === right[j] ? same : Math.max(down ?? 0, along ?? 0);
    }
  }
  return lengths;
};
