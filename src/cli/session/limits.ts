/** Milliseconds from the intercept's creation until it is ready; the manager gives up after 10 s. */
export const readyMsMax = 15_000;
/** Milliseconds for the manager to hear that an intercept is over. */
export const leaveMsMax = 3_000;
/** Milliseconds before the end of an intercept at which it is announced. */
export const endingMs: number = 5 * 60 * 1000;
/** Milliseconds before events are asked for again. */
export const eventsRetryMs = 1_000;
/** Milliseconds for an app to answer on its port after it was started. */
export const appReadyMsMax = 60_000;
export const appPollMs = 50;
/** Milliseconds for an app to end after a signal, before it is killed. */
export const appStopMsMax = 5_000;
/** Milliseconds for what an app left behind to end after a signal, before it is killed. */
export const orphanStopMsMax = 2_000;
/** Milliseconds for a session in the background to become ready, its app included. */
export const backgroundMsMax = 90_000;
/** Milliseconds to wait for another command that starts one, and between two looks. */
export const startingWaitMsMax: number = backgroundMsMax + 5_000;
export const startingPollMs = 25;
/** Looks that may fail before it goes on alone. */
export const startingFaultsMax = 40;
/** Events kept for `--json` until the session is ready. */
export const heldLinesMax = 1_000;
/** Intercepts that share one session in the background. */
export const guestsMax = 100;
/** Bytes of a log, and milliseconds between two looks at it. */
export const logBytesMax: number = 1024 * 1024;
export const logLookEveryMs = 1_000;
/** The least milliseconds between two reports of an intercept's counts. */
export const countsEveryMs = 1_000;
/** Milliseconds for which the same near miss is said once only, where lines are printed. */
export const nearMissQuietMs = 60_000;
