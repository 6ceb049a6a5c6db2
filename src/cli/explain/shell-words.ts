import { UserError } from '../../base/errors.ts';
import { ansiString } from './ansi-string.ts';

/** Characters of a pasted command line. */
const commandCharactersMax: number = 256 * 1024;

/**
 * Cuts a pasted command line into words as a POSIX shell does, with `$'…'` besides. It ends where
 * the command ends: at a pipe, a semicolon or a redirection. Throws a usage error for quotes that
 * are never closed and for what only the shell itself could know: variables and substitutions.
 */
export const shellWords = (text: string): readonly string[] => {
  if (text.length > commandCharactersMax) {
    throw fault(`The command line is longer than ${commandCharactersMax} characters.`);
  }
  return new Cutter(text).words();
};

class Cutter {
  private readonly text: string;
  private at = 0;
  private word: string | undefined;
  private readonly found: string[] = [];

  constructor(text: string) {
    this.text = text;
  }

  words(): readonly string[] {
    while (this.at < this.text.length && !this.isOver()) this.step();
    this.endWord();
    return this.found;
  }

  /** At what ends a command; an `&` in the middle of a word is nearly always a URL without quotes. */
  private isOver(): boolean {
    const character = this.text[this.at] as string;
    if (character === '&' && this.word !== undefined) {
      throw fault(
        'An & outside quotes ends the command in a shell, so the rest of the URL would be lost.',
        "Put the URL in quotes: curl 'http://host/path?a=1&b=2'",
      );
    }
    if (character === '#' && this.word === undefined) return this.skipComment();
    if (character === '\n') return this.word !== undefined || this.found.length > 0;
    return '|;&<>()'.includes(character);
  }

  private skipComment(): boolean {
    const end = this.text.indexOf('\n', this.at);
    this.at = end === -1 ? this.text.length : end;
    return this.at === this.text.length || this.found.length > 0;
  }

  private step(): void {
    const character = this.text[this.at] as string;
    if (/\s/.test(character)) {
      this.endWord();
      this.at++;
    } else if (character === '\\') this.escape();
    else if (character === "'") this.single();
    else if (character === '"') this.double();
    else if (character === '$') this.dollar();
    else if (character === '`') throw substitution('`…`');
    else this.take(character, 1);
  }

  private take(text: string, length: number): void {
    this.word = (this.word ?? '') + text;
    this.at += length;
  }

  private endWord(): void {
    if (this.word !== undefined) this.found.push(this.word);
    this.word = undefined;
  }

  // A backslash before the end of a line joins it with the next one.
  private escape(): void {
    const [joined] = /^\\\r?\n/.exec(this.text.slice(this.at, this.at + 3)) ?? [];
    if (joined !== undefined) this.at += joined.length;
    else if (this.at + 1 >= this.text.length) this.at += 1;
    else this.take(this.text[this.at + 1] as string, 2);
  }

  private single(): void {
    const end = this.text.indexOf("'", this.at + 1);
    if (end === -1) throw neverClosed("'");
    this.take(this.text.slice(this.at + 1, end), end + 1 - this.at);
  }

  private double(): void {
    this.take('', 1);
    for (;;) {
      const character = this.text[this.at];
      if (character === undefined) throw neverClosed('"');
      if (character === '"') break;
      if (character === '\\') this.escapeInDouble();
      else if (character === '$') this.refuseVariable('$');
      else if (character === '`') throw substitution('`…`');
      else this.take(character, 1);
    }
    this.take('', 1);
  }

  private escapeInDouble(): void {
    const next = this.text[this.at + 1] ?? '';
    if (next === '\n') this.take('', 2);
    else if ('$`"\\'.includes(next) && next !== '') this.take(next, 2);
    else this.take('\\', 1);
  }

  private dollar(): void {
    const next = this.text[this.at + 1];
    if (next === "'") {
      const { text, end } = ansiString(this.text, this.at + 2);
      this.take(text, end - this.at);
    } else if (next === '"') this.at += 1;
    else this.refuseVariable('$');
  }

  private refuseVariable(dollar: string): void {
    const [name] = /^\$(?:[A-Za-z_][A-Za-z0-9_]*|[{(]|[0-9@*#?$!-])/.exec(
      this.text.slice(this.at, this.at + 80),
    ) ?? [undefined];
    if (name === undefined) this.take(dollar, 1);
    else if (name.endsWith('(')) throw substitution('$(…)');
    else {
      throw fault(
        `${name.endsWith('{') ? 'A $ with braces' : name} is a variable of the shell, whose value is not known here.`,
        'Write its value instead, or put the command in double quotes so that your shell does.',
      );
    }
  }
}

const substitution = (what: string): UserError =>
  fault(`${what} would be run by the shell, which nothing here does.`, 'Write what it prints.');

const neverClosed = (quote: string): UserError =>
  fault(`A ${quote} is never closed.`, `Add ${quote} where the value ends.`);

const fault = (message: string, hint?: string): UserError =>
  new UserError(message, { kind: 'usage', hint });
