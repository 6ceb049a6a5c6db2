import { errorCode, settingId, windowBytesMax } from './constants.ts';
import { Http2Fault } from './fault.ts';

/** What a peer may announce (RFC 9113 6.5.2); left out: as it was. */
export type Settings = {
  readonly headerTableSize?: number;
  readonly enablePush?: number;
  readonly maxConcurrentStreams?: number;
  readonly initialWindowSize?: number;
  readonly maxFrameSize?: number;
  readonly maxHeaderListSize?: number;
  readonly enableConnectProtocol?: number;
};

type Name = keyof Settings;

const names = new Map<number, Name>(
  Object.entries(settingId).map(([name, id]) => [id, name as Name]),
);

const settingBytes = 6;
const frameSizeMin = 16_384;
const frameSizeMax = 16_777_215;

/** The payload of a SETTINGS frame. */
export const writeSettings = (settings: Settings): Buffer => {
  const entries = Object.entries(settings);
  const payload = Buffer.alloc(entries.length * settingBytes);
  for (const [index, [name, value]] of entries.entries()) {
    payload.writeUInt16BE(settingId[name as Name], index * settingBytes);
    payload.writeUInt32BE(value, index * settingBytes + 2);
  }
  return payload;
};

/**
 * Reads the payload of a SETTINGS frame; of several values of one setting the last counts, unknown
 * ones are ignored. Throws `Http2Fault` on a value that RFC 9113 6.5.2 forbids.
 */
export const readSettings = (payload: Buffer): Settings => {
  if (payload.length % settingBytes !== 0) {
    throw new Http2Fault(errorCode.frameSizeError, 'SETTINGS of a wrong length');
  }
  const settings: { -readonly [Key in Name]?: number } = {};
  for (let at = 0; at < payload.length; at += settingBytes) {
    const name = names.get(payload.readUInt16BE(at));
    if (name === undefined) continue;
    const value = payload.readUInt32BE(at + 2);
    assertValue(name, value);
    settings[name] = value;
  }
  return settings;
};

/**
 * The smallest size of the field table that a payload of SETTINGS names, whatever it names behind
 * that: the peer has to hear it confirmed (RFC 7541 4.2). Undefined when it names none.
 */
export const smallestTableBytes = (payload: Buffer): number | undefined => {
  let smallest: number | undefined;
  for (let at = 0; at < payload.length; at += settingBytes) {
    if (payload.readUInt16BE(at) !== settingId.headerTableSize) continue;
    smallest = Math.min(payload.readUInt32BE(at + 2), smallest ?? Number.POSITIVE_INFINITY);
  }
  return smallest;
};

const assertValue = (name: Name, value: number): void => {
  const isSwitch = name === 'enablePush' || name === 'enableConnectProtocol';
  if (isSwitch && value > 1) throw new Http2Fault(errorCode.protocolError, `${name} of ${value}`);
  if (name === 'initialWindowSize' && value > windowBytesMax) {
    throw new Http2Fault(errorCode.flowControlError, `${name} of ${value}`);
  }
  if (name === 'maxFrameSize' && (value < frameSizeMin || value > frameSizeMax)) {
    throw new Http2Fault(errorCode.protocolError, `${name} of ${value}`);
  }
};
