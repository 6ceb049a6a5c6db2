import { UserError } from '../../base/errors.ts';
import { plain } from '../wording/plain.ts';

/** What is wrong with the text of a file, and at which of its characters, from 0. */
export class YamlFault extends Error {
  override readonly name = 'YamlFault';
  readonly offset: number;
  readonly hint: string | undefined;

  constructor(message: string, offset: number, hint?: string) {
    super(message);
    this.offset = offset;
    this.hint = hint;
  }
}

/** Characters of the line that are shown. */
const shownMax = 60;

/** The error that its user sees: file, line and column from 1, and the line with a caret below the place. */
export const yamlError = (path: string, text: string, fault: YamlFault): UserError => {
  const before = text.slice(0, fault.offset);
  const start = before.lastIndexOf('\n') + 1;
  const line = before.split('\n').length;
  const column = fault.offset - start + 1;
  const whole = text.slice(start).split('\n', 1)[0] ?? '';
  const from = Math.max(0, column - 1 - shownMax / 2);
  const shown = plain(
    whole
      .slice(from, from + shownMax)
      .replaceAll('\t', ' ')
      .replace(/\r$/, ''),
  );
  const number = `${line} │ `;
  const caret = `${' '.repeat(number.length + column - 1 - from)}^`;
  const hint = fault.hint ?? 'What may be in it   docs/projects.md';
  return new UserError(
    `${plain(path)}:${line}:${column}: ${plain(fault.message)} Nothing was changed.`,
    {
      kind: 'usage',
      cause: fault,
      hint: [`${number}${shown}`, caret, hint].join('\n'),
    },
  );
};
