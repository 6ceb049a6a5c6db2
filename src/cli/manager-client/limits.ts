/** Milliseconds to look up, connect to, and hear from the manager. */
export const connectMsMax = 3_000;
export const answerMsMax = 10_000;
/** Milliseconds for a whole exchange, its body included. */
export const exchangeMsMax = 15_000;
/** Bytes of one answer. */
export const answerBytesMax: number = 16 * 1024 * 1024;
/** Pages of one list: beyond that something turns in circles. */
export const pagesMax = 500;
/** Milliseconds without a byte after which a stream of events is asked for anew. */
export const eventsIdleMsMax = 30_000;
