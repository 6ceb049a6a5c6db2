// The parts of a ClientHello as bytes; whatever is put in comes out, however wrong.

/** Bytes behind their length, which takes so many bytes. */
export const vector = (octets: number, bytes: Buffer): Buffer => {
  const length = Buffer.alloc(octets);
  length.writeUIntBE(bytes.length, 0, octets);
  return Buffer.concat([length, bytes]);
};

export const record = (part: Buffer): Buffer =>
  Buffer.concat([Buffer.from([0x16, 0x03, 0x01]), vector(2, part)]);

/** A message with these extensions; with none it has no list of them either. */
export const hello = (...extensions: readonly Buffer[]): Buffer => {
  const body = Buffer.concat([
    Buffer.from([0x03, 0x03]),
    Buffer.alloc(32, 7),
    vector(1, Buffer.alloc(32, 8)),
    vector(2, Buffer.from([0x13, 0x01, 0x13, 0x02])),
    vector(1, Buffer.from([0])),
    ...(extensions.length === 0 ? [] : [vector(2, Buffer.concat(extensions))]),
  ]);
  return Buffer.concat([Buffer.from([1]), vector(3, body)]);
};

export const extension = (type: number, content: Buffer): Buffer => {
  const head = Buffer.alloc(2);
  head.writeUInt16BE(type);
  return Buffer.concat([head, vector(2, content)]);
};

export const serverNameList = (name: string): Buffer =>
  vector(2, Buffer.concat([Buffer.from([0]), vector(2, Buffer.from(name, 'latin1'))]));

export const protocolList = (...protocols: readonly string[]): Buffer =>
  vector(2, Buffer.concat(protocols.map((name) => vector(1, Buffer.from(name, 'latin1')))));
