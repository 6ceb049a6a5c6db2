import { initialWindowBytes } from '../../protocol/http2/constants.ts';
import type { Limits } from '../../protocol/http2/core.ts';
import { headBytesMax, headerLinesMax } from '../../protocol/limits.ts';

/** Streams that one client may have open at once; fewer when the service allows fewer. */
export const streamsMax = 1024;
/** Milliseconds after which a connection to the local app that nobody uses is ended. */
export const laptopIdleMs = 30_000;

const pseudoFieldsMax = 5;
const megabyte: number = 1024 * 1024;

/**
 * A stream's window stays at HTTP/2's default of 64 KiB: so much may wait in it, and so much of a
 * request is kept for the pod. The connection's is wider, so that streams don't wait for each other.
 */
export const nearLimits: Limits = {
  streamWindow: initialWindowBytes,
  connectionWindow: megabyte,
  streams: streamsMax,
  fieldBytes: headBytesMax,
  fields: headerLinesMax + pseudoFieldsMax,
};

/** The tunnel is longer than a cluster's network, so more may be on its way from the laptop. */
export const laptopLimits: Limits = {
  ...nearLimits,
  streamWindow: megabyte,
  connectionWindow: 8 * megabyte,
};
