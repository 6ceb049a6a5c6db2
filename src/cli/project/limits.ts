// A file that comes with a cloned repository may be anything. These keep the YAML library's work, which
// grows with the square of some of them, within moments, and its depth within the stack.

export const fileBytesMax: number = 32 * 1024;
export const linesMax = 2_000;
export const lineCharactersMax = 4_096;
/** Columns before the first character of a line, which bound how deep blocks may stand in each other. */
export const indentColumnsMax = 64;
/** Dashes, question marks and colons with a blank behind them in one line: each may begin a block. */
export const indicatorsMax = 32;
/** Opening brackets and braces in the whole file. */
export const bracketsMax = 256;

/** Intercepts in one file. */
export const interceptsMax = 50;
/** Characters of one value, and items of one list. */
export const textCharactersMax = 2_048;
export const itemsMax = 64;
