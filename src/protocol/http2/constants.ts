// Numbers of RFC 9113: what goes over the wire, and nothing of ours.

/** Frame types (RFC 9113 6). Any other is ignored (5.5). */
export const frameType = {
  data: 0x00,
  headers: 0x01,
  priority: 0x02,
  resetStream: 0x03,
  settings: 0x04,
  pushPromise: 0x05,
  ping: 0x06,
  goaway: 0x07,
  windowUpdate: 0x08,
  continuation: 0x09,
} as const;

/** Frame flags (RFC 9113 6). */
export const frameFlag = {
  ack: 0x01,
  endStream: 0x01,
  endHeaders: 0x04,
  padded: 0x08,
  priority: 0x20,
} as const;

/** Error codes (RFC 9113 7). */
export const errorCode = {
  noError: 0x00,
  protocolError: 0x01,
  internalError: 0x02,
  flowControlError: 0x03,
  settingsTimeout: 0x04,
  streamClosed: 0x05,
  frameSizeError: 0x06,
  refusedStream: 0x07,
  cancel: 0x08,
  compressionError: 0x09,
  connectError: 0x0a,
  enhanceYourCalm: 0x0b,
} as const;

/** Identifiers of settings (RFC 9113 6.5.2, RFC 8441 3). */
export const settingId = {
  headerTableSize: 0x01,
  enablePush: 0x02,
  maxConcurrentStreams: 0x03,
  initialWindowSize: 0x04,
  maxFrameSize: 0x05,
  maxHeaderListSize: 0x06,
  enableConnectProtocol: 0x08,
} as const;

/** What a client sends first (RFC 9113 3.4). */
export const connectionPreface: Buffer = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');

/** Octets of a frame's header. */
export const frameHeadBytes = 9;
/** Octets of a frame's payload that every endpoint takes (RFC 9113 4.2); we send and allow no more. */
export const frameBytesMax: number = 16 * 1024;
/** Octets that may be sent before the first WINDOW_UPDATE (RFC 9113 6.9.2). */
export const initialWindowBytes: number = 64 * 1024 - 1;
/** Largest window (RFC 9113 6.9.1) and largest stream identifier. */
export const windowBytesMax: number = 0x7fff_ffff;
export const streamIdMax: number = 0x7fff_ffff;
