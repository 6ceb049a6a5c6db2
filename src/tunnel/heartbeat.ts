import type { Http2Session } from 'node:http2';
import type { Carrier } from './carrier.ts';
import { pingEveryMs, silenceMsMax } from './limits.ts';

/** In milliseconds: how often to PING, and how long a peer may send no byte at all. */
export type Heartbeat = { readonly everyMs: number; readonly silenceMs: number };

export const usualHeartbeat: Heartbeat = { everyMs: pingEveryMs, silenceMs: silenceMsMax };

/**
 * PINGs (RFC 9113 6.7) until the returned function is called or the peer has been silent for too
 * long; then calls `onDead` once. Silence is counted in beats, not by the clock: after a stopped
 * process or a sleeping machine goes on, the peer first gets the time to answer.
 */
export const keepBeating = (
  session: Http2Session,
  socket: Carrier,
  { everyMs, silenceMs }: Heartbeat,
  onDead: () => void,
): (() => void) => {
  const silentBeatsMax = Math.ceil(silenceMs / everyMs);
  let bytesSeen = -1;
  let silentBeats = 0;
  const beat = (): void => {
    if (session.destroyed) return;
    silentBeats = socket.bytesRead === bytesSeen ? silentBeats + 1 : 0;
    bytesSeen = socket.bytesRead;
    if (silentBeats < silentBeatsMax) {
      session.ping(() => {}); // The answer counts as bytes like any other.
      return;
    }
    clearInterval(timer);
    onDead();
  };
  const timer = setInterval(beat, everyMs);
  return () => clearInterval(timer);
};
