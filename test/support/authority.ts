import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';

/** A certificate and its private key, both as PEM. */
export type Pair = { readonly cert: string; readonly key: string };

export type Wanted = {
  /** Host names and addresses that it is for. */
  readonly names: readonly string[];
  readonly notBefore?: Date;
  readonly notAfter?: Date;
};

/** An authority of a test's own; nothing is written anywhere. */
export type Authority = { readonly ca: string; readonly issue: (wanted: Wanted) => Pair };

const dayMs = 24 * 60 * 60 * 1000;

/** Makes an authority that signs certificates for P-256 keys (RFC 5280). */
export const createAuthority = (name = 'Test authority'): Authority => {
  const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ca = certificate(name, own.privateKey, name, own.publicKey, { names: [] }, true);
  return {
    ca,
    issue: (wanted) => {
      const leaf = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const subject = wanted.names[0] ?? 'nobody';
      return {
        cert: certificate(name, own.privateKey, subject, leaf.publicKey, wanted, false),
        key: leaf.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      };
    },
  };
};

/** A certificate that nobody but itself has signed. */
export const selfSigned = (wanted: Wanted): Pair => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = wanted.names[0] ?? 'nobody';
  return {
    cert: certificate(name, privateKey, name, publicKey, wanted, false),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
};

const certificate = (
  issuer: string,
  issuerKey: KeyObject,
  subject: string,
  key: KeyObject,
  { names, notBefore, notAfter }: Wanted,
  isAuthority: boolean,
): string => {
  const from = notBefore ?? new Date(Date.now() - dayMs);
  const to = notAfter ?? new Date(Date.now() + dayMs);
  const extension = isAuthority
    ? sequence(
        oid('551d13'),
        tag(0x01, Buffer.of(0xff)),
        octets(sequence(tag(0x01, Buffer.of(0xff)))),
      )
    : sequence(oid('551d11'), octets(sequence(...names.map(alternativeName))));
  const signed = sequence(
    tag(0xa0, tag(0x02, Buffer.of(2))),
    tag(0x02, Buffer.concat([Buffer.of(1), randomBytes(8)])),
    ecdsaWithSha256,
    nameOf(issuer),
    sequence(time(from), time(to)),
    nameOf(subject),
    key.export({ type: 'spki', format: 'der' }),
    tag(0xa3, sequence(extension)),
  );
  const signature = Buffer.concat([Buffer.of(0), sign('sha256', signed, issuerKey)]);
  const der = sequence(signed, ecdsaWithSha256, tag(0x03, signature));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
};

const tag = (type: number, content: Buffer): Buffer => {
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.of(type, length), content]);
  const size =
    length < 0x100 ? Buffer.of(0x81, length) : Buffer.of(0x82, length >> 8, length & 0xff);
  return Buffer.concat([Buffer.of(type), size, content]);
};
const sequence = (...parts: readonly Buffer[]): Buffer => tag(0x30, Buffer.concat(parts));
const octets = (content: Buffer): Buffer => tag(0x04, content);
const oid = (hex: string): Buffer => tag(0x06, Buffer.from(hex, 'hex'));
const nameOf = (text: string): Buffer =>
  sequence(tag(0x31, sequence(oid('550403'), tag(0x0c, Buffer.from(text)))));
const time = (date: Date): Buffer =>
  tag(0x17, Buffer.from(`${date.toISOString().replace(/^20|[-:T]|\.\d+/g, '')}`));
const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'));

const alternativeName = (name: string): Buffer =>
  isIP(name) === 4
    ? tag(0x87, Buffer.from(name.split('.').map(Number)))
    : tag(0x82, Buffer.from(name));
