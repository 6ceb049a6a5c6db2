/** A caller's whole handshake, from its first byte on. */
export const handshakeMilliseconds = 10_000;
/** The handshake with the service; the caller's still has to fit behind it. */
export const upstreamMilliseconds = 5_000;
/** Handshakes at once; those beyond wait for a turn within their time. */
export const handshakesMax = 256;
