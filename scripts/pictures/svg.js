/** Pixels of one cell, and around all of them. */
const cell = { width: 8.4, height: 18 };
const margin = 14;
const fontSize = 14;

/** The sixteen colours of a terminal, as readers of the pictures see them. */
const colours = [
  ...['#16181d', '#e06c75', '#98c379', '#e5c07b', '#61afef', '#c678dd', '#56b6c2', '#d7dae0'],
  ...['#5c6370', '#e06c75', '#98c379', '#e5c07b', '#61afef', '#c678dd', '#56b6c2', '#ffffff'],
];
const background = '#16181d';
const foreground = '#d7dae0';
const faint = '#8a919e';

const escapes = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text) => text.replaceAll(/[&<>"]/g, (character) => escapes[character]);
const round = (value) => Math.round(value * 10) / 10;

/**
 * What a terminal shows, drawn as an SVG: one text for each run of cells that look alike. `mask` gets the
 * text of each row and returns one of the same length.
 */
export const svgOf = (screen, title, mask) => {
  const { cols, rows } = screen;
  const width = round(cols * cell.width + 2 * margin);
  const height = round(rows * cell.height + 2 * margin);
  const runs = Array.from({ length: rows }, (_, row) => runsOf(screen, row, mask)).flat();
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)}">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" rx="8" fill="${background}"/>`,
    `<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="${fontSize}" xml:space="preserve">`,
    ...runs.map(drawn),
    '</g>',
    '</svg>',
  ].join('\n')}\n`;
};

const runsOf = (screen, row, mask) => {
  const runs = [];
  for (const { column, text, columns, look } of cellsOf(screen, row, mask)) {
    const last = runs.at(-1);
    if (last !== undefined && sameLook(last, look)) {
      last.text += text;
      last.columns += columns;
    } else runs.push({ ...look, row, column, text, columns });
  }
  return runs.flatMap(trimmed);
};

// Blanks at the end of a run draw nothing, and are many.
const trimmed = (run) => {
  if (run.back !== background) return [run];
  const text = run.text.trimEnd();
  const columns = run.columns - (run.text.length - text.length);
  return text === '' ? [] : [{ ...run, text, columns }];
};

/** The cells of a row with their text after masking, which changes no length. */
const cellsOf = (screen, row, mask) => {
  const line = screen.buffer.active.getLine(screen.buffer.active.baseY + row);
  const cells = [];
  for (let column = 0; column < screen.cols; column++) {
    const found = line?.getCell(column);
    if (found === undefined || found.getWidth() === 0) continue;
    const text = found.getChars() || ' ';
    cells.push({ column, columns: found.getWidth(), text, look: lookOf(found) });
  }
  const whole = mask(cells.map(({ text }) => text).join(''));
  let at = 0;
  return cells.map((each) => {
    at += each.text.length;
    return { ...each, text: whole.slice(at - each.text.length, at) };
  });
};

const lookOf = (found) => {
  const colour = found.isFgPalette() ? colours[found.getFgColor()] : foreground;
  const fore = found.isDim() ? faint : (colour ?? foreground);
  return found.isInverse() ? { fore: background, back: fore } : { fore, back: background };
};

const sameLook = (left, right) => left.fore === right.fore && left.back === right.back;

const drawn = ({ row, column, columns, text, fore, back }) => {
  const x = round(margin + column * cell.width);
  const y = round(margin + row * cell.height);
  const length = round(columns * cell.width);
  const box =
    back === background
      ? ''
      : `<rect x="${x}" y="${y}" width="${length}" height="${cell.height}" fill="${back}"/>`;
  // The length keeps columns in line whatever font the reader has.
  const baseline = round(y + cell.height * 0.75);
  return `${box}<text x="${x}" y="${baseline}" textLength="${length}" lengthAdjust="spacingAndGlyphs" fill="${fore}">${escaped(text)}</text>`;
};
