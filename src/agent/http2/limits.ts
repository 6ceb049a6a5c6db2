import type { Settings } from 'node:http2';
import { headBytesMax, headerLinesMax } from '../../protocol/limits.ts';

/** Streams that one client may have open at once; fewer when the service allows fewer. */
export const streamsMax = 1024;
/** Megabytes of bookkeeping for one connection; Node's default of 10 ends it at some 3,000 streams. */
const sessionMegabytesMax = 64;
/** Milliseconds after which a connection to the local app that nobody uses is ended. */
export const laptopIdleMs = 30_000;

const pseudoFieldsMax = 5;

type SessionOptions = {
  readonly maxSessionMemory: number;
  readonly maxHeaderListPairs: number;
  readonly maxSendHeaderBlockLength: number;
  readonly peerMaxConcurrentStreams: number;
};

/** Options of both sides: the agent as the server of a client, and as a client of the service. */
export const sessionOptions: SessionOptions = {
  maxSessionMemory: sessionMegabytesMax,
  maxHeaderListPairs: headerLinesMax + pseudoFieldsMax,
  // As much as may come in goes out, whatever its encoding takes.
  maxSendHeaderBlockLength: headBytesMax * 4,
  peerMaxConcurrentStreams: streamsMax,
};

/**
 * Windows stay at HTTP/2's default of 64 KiB: a stream costs no more memory than that, and no peer
 * can fill the connection so far that it waits in writing for us to read, and we for it.
 */
export const clientSettings: Settings = {
  maxHeaderListSize: headBytesMax,
  maxConcurrentStreams: streamsMax,
};

export const podSettings: Settings = { maxHeaderListSize: headBytesMax, enablePush: false };

/** The tunnel is longer than a cluster's network, so more may be on its way from the laptop. */
export const laptopSettings: Settings = { ...podSettings, initialWindowSize: 1024 * 1024 };
export const laptopWindowBytes: number = 8 * 1024 * 1024;
