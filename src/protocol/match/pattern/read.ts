import { readBracket } from './bracket.ts';
import { readEscape } from './escape.ts';
import { PatternFault } from './fault.ts';
import { codePointMax, foldCase, negate } from './ranges.ts';
import type { Range, Syntax } from './syntax.ts';

const repeatMost = 1000;
const depthMax = 50;

type Flags = { readonly ignoreCase: boolean; readonly dotAll: boolean };

/**
 * Reads a regular expression in the syntax of RE2, less what docs/matching.md leaves out. Throws
 * `PatternFault` with the reason and the place.
 */
export const readPattern = (text: string, ignoreCase: boolean = false): Syntax =>
  new Reader(text, ignoreCase).whole();

class Reader {
  private readonly text: string;
  private at = 0;
  private depth = 0;
  private flags: Flags;

  constructor(text: string, ignoreCase: boolean) {
    this.text = text;
    this.flags = { ignoreCase, dotAll: false };
  }

  whole(): Syntax {
    const syntax = this.choice();
    if (this.at < this.text.length) this.fail('this ) closes nothing; write \\) for the character');
    return syntax;
  }

  private choice(): Syntax {
    const parts = [this.sequence()];
    while (this.text[this.at] === '|') {
      this.at++;
      parts.push(this.sequence());
    }
    return parts.length === 1 ? (parts[0] as Syntax) : { type: 'choice', parts };
  }

  private sequence(): Syntax {
    const parts: Syntax[] = [];
    while (this.at < this.text.length && !/[|)]/.test(this.text[this.at] as string)) {
      const part = this.atom();
      if (part !== undefined) parts.push(this.repeated(part));
    }
    return parts.length === 1 ? (parts[0] as Syntax) : { type: 'sequence', parts };
  }

  private repeated(part: Syntax): Syntax {
    const begin = this.at;
    const found = this.quantifier();
    if (found === undefined) return part;
    // A lazy one finds another match first, but whether there is one stays the same.
    if (this.text[this.at] === '?') this.at++;
    if (this.quantifier() !== undefined) this.fail('two repetitions in a row', begin);
    const [least, most] = found;
    if (least > repeatMost || (most !== Number.POSITIVE_INFINITY && most > repeatMost)) {
      this.fail(`at most ${repeatMost} repetitions`, begin);
    }
    if (most < least) this.fail('a repetition from high to low', begin);
    return { type: 'repeat', part, least, most };
  }

  private quantifier(): readonly [number, number] | undefined {
    const found = /^(?:[*+?]|\{(\d{1,8})(?:(,)(\d{1,8})?)?\})/.exec(
      this.text.slice(this.at, this.at + 20),
    );
    if (found === null) return undefined;
    const [whole, least, comma, most] = found;
    this.at += whole.length;
    if (whole === '?') return [0, 1];
    if (least === undefined) return [whole === '*' ? 0 : 1, Number.POSITIVE_INFINITY];
    if (comma === undefined) return [Number(least), Number(least)];
    return [Number(least), most === undefined ? Number.POSITIVE_INFINITY : Number(most)];
  }

  /** Undefined for what only changes how the rest is read. */
  private atom(): Syntax | undefined {
    const { text, at } = this;
    if (this.quantifier() !== undefined) {
      this.fail('nothing stands before this repetition; write a backslash for the character', at);
    }
    switch (text[at]) {
      case '(':
        return this.group();
      case '[':
        return this.bracket();
      case '\\':
        return this.escape();
      case '^':
        this.at++;
        return { type: 'begin' };
      case '$':
        this.at++;
        return { type: 'end' };
      case '.':
        this.at++;
        return {
          type: 'set',
          ranges: this.flags.dotAll ? [[0, codePointMax]] : negate([[10, 10]]),
        };
      default:
        return this.character();
    }
  }

  private character(): Syntax {
    const point = this.text.codePointAt(this.at) as number;
    const begin = this.at;
    this.at += point > 0xffff ? 2 : 1;
    return { type: 'set', ranges: this.fold([[point, point]], begin) };
  }

  private bracket(): Syntax {
    const begin = this.at;
    const { ranges, end } = readBracket(this.text, begin, this.fold);
    this.at = end;
    return { type: 'set', ranges };
  }

  private escape(): Syntax {
    const { text, at } = this;
    const letter = text[at + 1];
    if (letter === 'A' || letter === 'z') {
      this.at += 2;
      return { type: letter === 'A' ? 'begin' : 'end' };
    }
    const { ranges, end } = readEscape(text, at, this.fold);
    this.at = end;
    return { type: 'set', ranges };
  }

  private group(): Syntax | undefined {
    const begin = this.at;
    const before = this.flags;
    if (++this.depth > depthMax) this.fail(`groups inside groups, deeper than ${depthMax}`, begin);
    if (this.opening(begin) === 'flags') {
      this.depth--;
      return undefined;
    }
    const syntax = this.choice();
    if (this.text[this.at] !== ')') {
      this.fail('this ( is never closed; write \\( for the character', begin);
    }
    this.at++;
    this.depth--;
    this.flags = before;
    return syntax;
  }

  private opening(begin: number): 'group' | 'flags' {
    const rest = this.text.slice(begin, begin + 80);
    if (!rest.startsWith('(?')) {
      this.at++;
      return 'group';
    }
    if (/^\(\?(?:[=!>]|<[=!])/.test(rest)) {
      this.fail("looking ahead or behind can't be done in linear time", begin);
    }
    const named = /^\(\?P?<([A-Za-z_][A-Za-z0-9_]*)>/.exec(rest);
    const flagged = /^\(\?([isU]*)(?:-([isU]+))?([:)])/.exec(rest);
    if (named === null && flagged === null) this.fail('(? begins no group that is known', begin);
    this.at += (named ?? flagged)?.[0].length ?? 0;
    if (flagged === null) return 'group';
    const [, on = '', off = '', end] = flagged;
    this.flags = {
      ignoreCase: (this.flags.ignoreCase || on.includes('i')) && !off.includes('i'),
      dotAll: (this.flags.dotAll || on.includes('s')) && !off.includes('s'),
    };
    return end === ')' ? 'flags' : 'group';
  }

  private readonly fold = (ranges: readonly Range[], at: number): readonly Range[] => {
    if (!this.flags.ignoreCase) return ranges;
    if (ranges.some(([, last]) => last > 0x7f)) {
      this.fail('(?i) is for the letters of ASCII; write both cases of the others', at);
    }
    return foldCase(ranges);
  };

  private fail(message: string, at: number = this.at): never {
    throw new PatternFault(message, at);
  }
}
