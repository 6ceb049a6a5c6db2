import type { ShareLimits } from '../protocol/http2/window-share.ts';

// Every window, queue and wait of a tunnel.

/** Milliseconds for TCP and TLS to connect to the manager. */
export const connectMsMax = 2_000;
/** Milliseconds from the first byte of an upgrade request, or of a proxy's, to its answer. */
export const upgradeMsMax = 5_000;
/** Milliseconds that a WebSocket is tried first after our own Upgrade did not get through. */
export const upgradeAgainMs: number = 10 * 60 * 1000;
/** Upgrades without an answer, one after the other, where one worked before, until a WebSocket is tried. */
export const unansweredMax = 3;
/** Bytes of one WebSocket message of a tunnel. */
export const messageBytesMax: number = 256 * 1024;
/** Milliseconds for the other side to answer the close of a WebSocket. */
export const closeMsMax = 1_000;
/** Bytes of an answer that refuses the upgrade. */
export const refusalBytesMax: number = 64 * 1024;

/** PING and SETTINGS frames of a peer in one second; its own heartbeat is one in five. */
export const controlFramesPerSecondMax = 1_000;
/** Milliseconds between two PINGs. */
export const pingEveryMs = 5_000;
/** Milliseconds after which the first PING tells how long a round trip takes. */
export const firstPingMs = 100;
/** Milliseconds for the answer to a PING, after which a second tunnel is dialled. */
export const lateMsMax = 2_000;
/** Milliseconds between two looks at the clock, and by how much it must have jumped. */
export const clockLookEveryMs = 1_000;
export const clockJumpMsMin = 3_000;
/** Milliseconds without any byte from the peer after which a tunnel counts as dead. */
export const silenceMsMax = 15_000;
/** Milliseconds that a closing tunnel's streams have to finish. */
export const drainMsMax = 5_000;

/** Milliseconds before the first and at most before any later attempt to dial again. */
export const retryMsMin = 200;
export const retryMsMax = 2_000;
/** Milliseconds before an attempt at most while this machine has no network. */
export const offlineRetryMsMax = 1_000;
/** By how much each wait is longer: a manager that starts anew is there after a second or two. */
export const retryGrowth = 1.5;
/** A tunnel that lived this many milliseconds starts the wait at its minimum again. */
export const stableMs = 2_000;

/** Milliseconds that a laptop may take to answer a CONNECT. */
export const laptopAnswerMsMax = 5_000;
/** Milliseconds that the relay may take to answer a CONNECT: longer, so that its reason arrives. */
export const relayAnswerMsMax = 7_000;

const kilobyte = 1024;
const megabyte: number = 1024 * kilobyte;

/** Streams open at once on one tunnel, and as many that come to nothing at once and a second. */
export const streamsMax = 10_000;
/** Bytes of one frame from the peer. */
export const frameBytesMax: number = 256 * kilobyte;
/** Bytes of a CONNECT's fields and of its answer's, and how many fields. */
export const fieldBytesMax: number = 16 * kilobyte;
export const fieldsMax = 64;
/** Bytes in flight on one tunnel at first; a stream begins with what everybody may send. */
export const tunnelWindowBytes: number = megabyte;
/**
 * To what windows grow where the way is long, for all tunnels of a process; and what may wait unread
 * in all of them before a tunnel with more than its own part of it stands still.
 */
export const windowShare: ShareLimits = {
  streams: 256 * megabyte,
  streamMax: 4 * megabyte,
  connections: 256 * megabyte,
  connectionMax: 16 * megabyte,
  unread: 64 * megabyte,
  unreadEach: 4 * megabyte,
};

/** Bytes of one read of a tunnel, and that a TLS or WebSocket connection may still have to write. */
export const carrierReadBytes: number = 256 * kilobyte;
export const carrierRoomBytes: number = 256 * kilobyte;
/** Milliseconds that a stream which nobody wants any more has to end in order. */
export const discardMsMax = 2_000;

/** Bytes that may wait in a stream before its writer is asked to stop, with so many streams open. */
export const unsentBytes = (streams: number): number =>
  Math.max(unsentBytesMin, Math.min(unsentBytesMax, unsentBytesAll / Math.max(1, streams)));

const unsentBytesMin: number = 64 * kilobyte;
const unsentBytesMax: number = megabyte;
const unsentBytesAll: number = 32 * megabyte;
