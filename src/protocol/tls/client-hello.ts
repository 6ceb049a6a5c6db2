import { ByteReader } from './byte-reader.ts';
import { namesIn, protocolsIn } from './hello-extensions.ts';
import { HelloFault } from './hello-fault.ts';

/** What a client asks for before anything is encrypted. */
export type ClientHello = {
  /** The name it wants to reach (RFC 6066 3), in small letters; an IP address counts as none. */
  readonly serverName: string | undefined;
  /** The protocols it offers inside (RFC 7301), each octet a character; none: no offer. */
  readonly protocols: readonly string[];
};

/** Bytes of a whole ClientHello, as OpenSSL takes at most; and the records that it may come in. */
export const helloBytesMax: number = 16 * 1024;
export const helloRecordsMax = 8;

const recordHeaderBytes = 5;
const messageHeaderBytes = 4;
const recordBytesMax = 16 * 1024;
const handshakeRecord = 0x16;
const clientHelloMessage = 1;
const majorVersion = 3;
const minorVersionMax = 4;

/**
 * Whether a connection begins like a TLS ClientHello: a handshake record of SSL 3.0 to TLS 1.3 with
 * message type 1. `undefined`: not enough bytes yet, at most 6 are looked at.
 */
export const beginsTls = (bytes: Buffer): boolean | undefined => {
  const accepts: readonly ((octet: number) => boolean)[] = [
    (octet) => octet === handshakeRecord,
    (octet) => octet === majorVersion,
    (octet) => octet <= minorVersionMax,
    () => true,
    () => true,
    (octet) => octet === clientHelloMessage,
  ];
  const wrong = accepts.some((accept, at) => at < bytes.length && !accept(bytes[at] ?? 0));
  if (wrong) return false;
  return bytes.length < accepts.length ? undefined : true;
};

/**
 * Reads the ClientHello that a connection begins with (RFC 8446 4.1.2, RFC 5246 7.4.1.2), split
 * into records in any way. `undefined`: more bytes are needed. Throws a `HelloFault` for what is
 * malformed or too large. What comes behind its last record is not looked at.
 */
export const readClientHello = (bytes: Buffer): ClientHello | undefined => {
  const message = joinedMessage(bytes);
  return message === undefined ? undefined : readMessage(new ByteReader(message));
};

const joinedMessage = (bytes: Buffer): Buffer | undefined => {
  const parts: Buffer[] = [];
  let octets = 0;
  let at = 0;
  for (let records = 0; ; records++) {
    if (records === helloRecordsMax) throw new HelloFault('it comes in too many records');
    const length = recordLength(bytes.subarray(at, at + recordHeaderBytes));
    if (length === undefined) return undefined;
    const part = bytes.subarray(at + recordHeaderBytes, at + recordHeaderBytes + length);
    parts.push(part);
    octets += part.length;
    const whole = messageLength(Buffer.concat(parts));
    if (whole !== undefined && octets > whole)
      throw new HelloFault('something follows in its record');
    if (part.length < length) return undefined;
    if (octets === whole) return Buffer.concat(parts);
    at += recordHeaderBytes + length;
  }
};

const recordLength = (header: Buffer): number | undefined => {
  const [type, major, minor] = header;
  if (type !== undefined && type !== handshakeRecord)
    throw new HelloFault('a record of another kind');
  if (major !== undefined && major !== majorVersion) throw new HelloFault('an unknown version');
  if (minor !== undefined && minor > minorVersionMax) throw new HelloFault('an unknown version');
  if (header.length < recordHeaderBytes) return undefined;
  const length = header.readUInt16BE(3);
  if (length === 0 || length > recordBytesMax) throw new HelloFault('a record of a wrong length');
  return length;
};

/** Bytes of the message with its header, as that says. */
const messageLength = (message: Buffer): number | undefined => {
  const [type] = message;
  if (type !== undefined && type !== clientHelloMessage) throw new HelloFault('another message');
  if (message.length < messageHeaderBytes) return undefined;
  const length = messageHeaderBytes + message.readUIntBE(1, 3);
  if (length > helloBytesMax) throw new HelloFault('it is longer than 16 KiB');
  return length;
};

const randomBytes = 32;
const sessionIdBytesMax = 32;

const readMessage = (reader: ByteReader): ClientHello => {
  reader.take(messageHeaderBytes);
  const version = reader.number(2);
  if (version >> 8 !== majorVersion) throw new HelloFault('an unknown version');
  reader.take(randomBytes);
  if (reader.vector(1).length > sessionIdBytesMax) throw new HelloFault('a long session id');
  const suites = reader.vector(2);
  if (suites.length < 2 || suites.length % 2 !== 0) throw new HelloFault('odd cipher suites');
  if (reader.vector(1).length === 0) throw new HelloFault('no compression method');
  const extensions = reader.atEnd ? new Map<number, Buffer>() : extensionsIn(reader.vector(2));
  if (!reader.atEnd) throw new HelloFault('something follows its extensions');
  return {
    serverName: namesIn(extensions.get(serverNameExtension)),
    protocols: protocolsIn(extensions.get(protocolsExtension)),
  };
};

const serverNameExtension = 0;
const protocolsExtension = 16;

const extensionsIn = (bytes: Buffer): ReadonlyMap<number, Buffer> => {
  const reader = new ByteReader(bytes);
  const all = new Map<number, Buffer>();
  while (!reader.atEnd) {
    const type = reader.number(2);
    if (all.has(type)) throw new HelloFault('an extension comes twice');
    all.set(type, reader.vector(2));
  }
  return all;
};
