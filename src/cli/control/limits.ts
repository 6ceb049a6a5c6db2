import { replayLocalMsMax } from '../recorder/limits.ts';

/** The version of what is said over a control socket; both sides must have the same one. */
export const controlVersion = 1;

/** Connections to one session at once, and those of them that follow events. */
export const connectionsMax = 32;
export const followersMax = 8;
/** Milliseconds for the head of a request, and for all of it, to arrive. */
export const headMsMax = 2_000;
export const requestMsMax = 5_000;
/** Bytes of the head and of the body of a request. */
export const headBytesMax: number = 8 * 1024;
export const bodyBytesMax: number = 64 * 1024;
/** Bytes of events that a follower may leave unread before it is cut off. */
export const unreadBytesMax: number = 1024 * 1024;

/** Milliseconds for a session to say how it is, to end an intercept, or to take in another. */
export const statusMsMax = 1_500;
export const leaveMsMax = 8_000;
export const addMsMax = 25_000;
/** Bytes of an answer, and of one with the two bodies of a request and its answer. */
export const answerBytesMax: number = 1024 * 1024;
export const exchangeBytesMax: number = 32 * 1024 * 1024;

/** Bytes of a request that someone edited, which comes as JSON. */
export const editedBytesMax: number = 2 * 1024 * 1024;
/** Requests in one list, and characters of all their paths. */
export const listedMax = 500;
export const listedCharactersMax: number = 256 * 1024;
/** Milliseconds for a session to show a request, and for it to send one again to whoever answers. */
export const exchangeMsMax = 5_000;
export const replayMsMax: number = replayLocalMsMax + 10_000;
/** Characters of one line of what is followed. */
export const lineCharactersMax: number = 1024 * 1024;

/** Bytes that the path of a socket may have, with the zero behind it: 104 on macOS, 108 on Linux. */
export const pathBytesMax = 104;
