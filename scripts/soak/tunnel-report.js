// Whether a fault was borne well, a line for each of them, and the table of the worst of all.

/** A time that is not there is as good as any when there is no bound, and worse than any otherwise. */
const isWithin = (milliseconds, bound) =>
  bound === undefined || (milliseconds ?? Number.POSITIVE_INFINITY) <= bound;

/** `row`: what `suffer` measured. */
export const isWell = ({ fault, podMs, againMs, waitMs, broken }) =>
  isWithin(podMs, fault.podMsMax) &&
  isWithin(againMs, fault.againMsMax) &&
  isWithin(waitMs, fault.waitMsMax) &&
  broken.length === 0;

const inSeconds = (milliseconds) =>
  milliseconds === undefined ? '-' : `${(milliseconds / 1000).toFixed(2)} s`;

export const lineOf = (row) =>
  `${row.fault.name}: pod after ${inSeconds(row.podMs)}, laptop again after ${inSeconds(row.againMs)}, ` +
  `longest wait ${inSeconds(row.waitMs)} (${row.waitedFor}), broken: ${howOften(row.broken)}: ${isWell(row) ? 'ok' : 'FAILED'}\n`;

const howOften = (causes) => {
  const each = [...new Set(causes)].map(
    (cause) => `${causes.filter((other) => other === cause).length} (${cause})`,
  );
  return each.join(', ') || 'none';
};

/** The longest; for what has a bound, never having come about is longer than anything. */
const worst = (times, bound) => {
  const known = times.filter((time) => time !== undefined);
  if (bound !== undefined && known.length < times.length) return 'never';
  if (known.length === 0) return 'not needed';
  const text = inSeconds(Math.max(...known));
  return bound === undefined ? text : `${text} (${inSeconds(bound).replace(/\.?0+ /, ' ')})`;
};

const header = [
  'Fault',
  'Rounds',
  'The pod answers after',
  'The laptop serves again after',
  'Longest a request waited',
];

const cellsOf = (fault, rows) => {
  const own = rows.filter((row) => row.fault === fault);
  return [
    fault.name,
    String(own.length),
    worst(
      own.map(({ podMs }) => podMs),
      fault.podMsMax,
    ),
    worst(
      own.map(({ againMs }) => againMs),
      fault.againMsMax,
    ),
    worst(
      own.map(({ waitMs }) => waitMs),
      fault.waitMsMax,
    ),
  ];
};

/** Markdown: the worst of all rounds, and behind it the bound where there is one. */
export const tableOf = (rows) => {
  const lines = [
    header,
    ...[...new Set(rows.map(({ fault }) => fault))].map((fault) => cellsOf(fault, rows)),
  ];
  const widths = header.map((_, at) => Math.max(...lines.map((line) => line[at].length)));
  const print = (cells) => `| ${cells.map((cell, at) => cell.padEnd(widths[at])).join(' | ')} |\n`;
  const rule = print(widths.map((width) => '-'.repeat(width)));
  return print(lines[0]) + rule + lines.slice(1).map(print).join('');
};
