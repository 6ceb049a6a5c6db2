/** A caller's whole handshake, from its first byte on. */
export const handshakeMilliseconds = 10_000;
/** The handshake with the service; the caller's still has to fit behind it. */
export const upstreamMilliseconds = 5_000;
/** Handshakes at once; those beyond wait for a turn within their time. */
export const handshakesMax = 256;
/**
 * Bytes that may wait on each layer and in each direction of a connection; Node 20's own 16 KiB,
 * less than one reading of ours, make it stop and go on with each.
 */
export const bufferBytes: number = 64 * 1024;
