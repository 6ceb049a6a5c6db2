/** Requests that a session can answer questions about, and octets of their heads in all. */
export const arrivalsMax = 10_000;
export const headOctetsMax: number = 16 * 1024 * 1024;
/** Requests, and near misses, that one answer names. */
export const arrivalsShownMax = 20;
export const closeCallsShownMax = 5;
/** Milliseconds between two looks, and for the manager to add what it knows. */
export const lookEveryMs = 150;
export const managerMsMax = 3_000;
/** Seconds that an assertion or a wait may take at most. */
export const withinSecondsMax: number = 60 * 60;
/** Requests that may be asserted or waited for. */
export const requestsMax = 1_000_000;
