import type { Http2Session } from 'node:http2';
import { controlFramesPerSecondMax } from './limits.ts';

/**
 * Calls `onFlood` when a peer sends PING or SETTINGS frames (RFC 9113 10.5) faster than any honest
 * one does: each wants an answer, and no flow control holds them back. What a peer sends without
 * reading the answers is bounded by Node itself, which stops reading while it can't write.
 */
export const guardAgainstFloods = (session: Http2Session, onFlood: () => void): void => {
  let since = performance.now();
  let seen = 0;
  const count = (): void => {
    const now = performance.now();
    if (now - since > 1_000) {
      since = now;
      seen = 0;
    }
    seen += 1;
    if (seen === controlFramesPerSecondMax) onFlood();
  };
  session.on('ping', count);
  session.on('remoteSettings', count);
};
