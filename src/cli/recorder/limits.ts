/** Bytes kept of one body, and of all that is recorded in one process. */
export const bodyBytesMax: number = 256 * 1024;
export const recordedBytesMax: number = 64 * 1024 * 1024;
/** Exchanges kept, and milliseconds since their beginning. */
export const exchangesMax = 2_000;
export const ageMsMax: number = 60 * 60 * 1000;
/** Milliseconds between two looks at what has become too old. */
export const sweepEveryMs: number = 60 * 1000;

/** Bytes that a body may become when its encodings are undone, and how many are undone. */
export const decodedBytesMax: number = 1024 * 1024;
export const encodingsMax = 3;

/** Characters of the shortest secret that is looked for everywhere, not only where it stood. */
export const soughtCharactersMin = 8;
/** Secrets of one exchange that are looked for everywhere. */
export const soughtMax = 200;
/** Characters of the longest of them. */
export const soughtCharactersMax: number = 8 * 1024;
/** Values of one JSON document that are read; what is behind them is not shown. */
export const jsonValuesMax = 50_000;

/** Rules of redaction that a user may add, and the characters of each. */
export const redactionRulesMax = 100;
export const redactionRuleCharactersMax = 256;

/** Milliseconds for an answer to a request that is sent again: someone may stand at a breakpoint. */
export const replayLocalMsMax: number = 5 * 60 * 1000;
/** Bytes of an answer to it, kept or not. */
export const replayAnswerBytesMax: number = 64 * 1024 * 1024;
/** Requests of one session that are sent again at the same time. */
export const replaysAtOnceMax = 8;
