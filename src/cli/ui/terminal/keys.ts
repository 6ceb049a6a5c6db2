/** One key that was pressed. `text` is what a character key writes. */
export type Key = {
  readonly name:
    | 'up'
    | 'down'
    | 'left'
    | 'right'
    | 'page_up'
    | 'page_down'
    | 'home'
    | 'end'
    | 'enter'
    | 'escape'
    | 'backspace'
    | 'tab'
    | 'interrupt'
    | 'suspend'
    | 'clear'
    | 'redraw'
    | 'character';
  readonly text: string;
};

export type ReadKeys = {
  readonly keys: readonly Key[];
  /** The beginning of a sequence whose end may still come; a lone Escape is one, too. */
  readonly rest: string;
};

const sequences: Readonly<Record<string, Key['name']>> = {
  '[A': 'up',
  '[B': 'down',
  '[C': 'right',
  '[D': 'left',
  '[H': 'home',
  '[F': 'end',
  '[1~': 'home',
  '[4~': 'end',
  '[7~': 'home',
  '[8~': 'end',
  '[5~': 'page_up',
  '[6~': 'page_down',
  OA: 'up',
  OB: 'down',
  OC: 'right',
  OD: 'left',
  OH: 'home',
  OF: 'end',
};

const controls: Readonly<Record<string, Key['name']>> = {
  '\r': 'enter',
  '\n': 'enter',
  '\t': 'tab',
  '\u007f': 'backspace',
  '\b': 'backspace',
  '\u0003': 'interrupt',
  '\u001a': 'suspend',
  '\u0015': 'clear',
  '\f': 'redraw',
};

const escapeCharacter = '\u001b';
/** Parameters of a sequence; none that a keyboard sends is longer. */
const sequenceLengthMax = 32;
const whole = /^(?:\[[0-9;:<=>?]*[ -/]*[@-~]|O[@-~])/;
const begun = /^(?:\[[0-9;:<=>?]*[ -/]*|O)?$/;

/**
 * Reads what a terminal in raw mode sends. Sequences that mean nothing here (a mouse, focus, function
 * keys) are left out. `rest` belongs before the next bytes, or to `lastKeys` when none come.
 */
export const readKeys = (text: string): ReadKeys => {
  const keys: Key[] = [];
  let at = 0;
  while (at < text.length) {
    if (text[at] !== escapeCharacter) {
      const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
      at += character.length;
      take(keys, character);
      continue;
    }
    const behind = text.slice(at + 1, at + 1 + sequenceLengthMax);
    if (begun.test(behind) && behind.length < sequenceLengthMax) {
      return { keys, rest: text.slice(at) };
    }
    const [sequence] = whole.exec(behind) ?? [];
    if (sequence === undefined) keys.push({ name: 'escape', text: '' });
    const name = sequence === undefined ? undefined : sequences[sequence];
    if (name !== undefined) keys.push({ name, text: '' });
    at += 1 + (sequence?.length ?? 0);
  }
  return { keys, rest: '' };
};

/** What a rest means to which nothing more came in time. */
export const lastKeys = (rest: string): readonly Key[] =>
  rest.startsWith(escapeCharacter) ? [{ name: 'escape', text: '' }] : [];

const take = (keys: Key[], character: string): void => {
  const name = controls[character];
  if (name !== undefined) keys.push({ name, text: '' });
  else if (!/\p{Cc}/u.test(character)) keys.push({ name: 'character', text: character });
};
