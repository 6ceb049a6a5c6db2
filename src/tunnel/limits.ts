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

/** Bytes in flight on one stream, and on one tunnel. */
export const streamWindowBytes: number = 4 * 1024 * 1024;
export const tunnelWindowBytes: number = 64 * 1024 * 1024;
/** Bytes that may wait for a peer to read: what its windows allow, and some for small frames. */
export const unsentBytesMax: number = tunnelWindowBytes + 16 * 1024 * 1024;
export const frameBytesMax: number = 256 * 1024;
/** Streams open at once on one tunnel. */
export const streamsMax = 10_000;
/** Megabytes of bookkeeping for one tunnel; Node's default of 10 ends it at some 3,000 streams. */
export const tunnelMegabytesMax = 256;

/** Bytes that peers sent and nobody has read, in all tunnels of a process, before windows shrink. */
export const unreadBytesMax: number = 64 * 1024 * 1024;
/** They grow again below this. */
export const unreadBytesWell: number = 16 * 1024 * 1024;
/** A stream's window while they are small; so they stay for some milliseconds, for peers to agree. */
export const strainedWindowBytes: number = 64 * 1024;
export const strainedMsMin = 5_000;
/** Milliseconds between two looks. */
export const unreadLookMs = 100;
