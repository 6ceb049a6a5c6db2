import {
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto';
import { isIPv4 } from 'node:net';

/** A certificate and its key, as PEM. */
export type Certified = { readonly cert: string; readonly key: string };

export type Authority = Certified & { readonly name: string };

export type Wanted = {
  /** Names of hosts and IPv4 addresses that it is for. */
  readonly names?: readonly string[];
  /** It ended yesterday. */
  readonly expired?: boolean;
};

/** An authority of its own. */
export const makeAuthority = (name = 'test authority'): Authority => {
  const { publicKey, privateKey } = newKeys();
  const cert = certificate({
    issuer: name,
    signer: privateKey,
    subject: name,
    publicKey,
    ca: true,
  });
  return { name, cert, key: pemOf(privateKey) };
};

/** A certificate that the authority has signed, for localhost and 127.0.0.1 unless told otherwise. */
export const makeCertificate = (
  { name, key }: Authority,
  { names = ['localhost', '127.0.0.1'], expired = false }: Wanted = {},
): Certified => {
  const { publicKey, privateKey } = newKeys();
  const about = { subject: names[0] ?? 'nobody', publicKey, names, expired, ca: false };
  return { cert: certificate({ ...about, issuer: name, signer: key }), key: pemOf(privateKey) };
};

const newKeys = () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' });

const pemOf = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();

type About = {
  readonly issuer: string;
  readonly signer: KeyObject | string;
  readonly subject: string;
  readonly publicKey: KeyObject;
  readonly ca: boolean;
  readonly names?: readonly string[];
  readonly expired?: boolean;
};

const dayMilliseconds = 24 * 60 * 60 * 1000;
const ecdsaWithSha256 = '2a8648ce3d040302';
const commonName = '550403';
const basicConstraints = '551d13';
const subjectAltName = '551d11';

// RFC 5280 4.1: everything is a tag, a length and what that many bytes say.
const certificate = ({
  issuer,
  signer,
  subject,
  publicKey,
  ca,
  names = [],
  expired,
}: About): string => {
  const algorithm = sequence(identifier(ecdsaWithSha256));
  const ends = Date.now() + (expired === true ? -1 : 30) * dayMilliseconds;
  const extensions = [
    sequence(
      identifier(basicConstraints),
      value(0x04, ca ? sequence(value(0x01, byte(0xff))) : sequence()),
    ),
    ...(names.length === 0
      ? []
      : [sequence(identifier(subjectAltName), value(0x04, sequence(...names.map(alternative))))]),
  ];
  const content = sequence(
    value(0xa0, value(0x02, byte(2))),
    value(0x02, Buffer.concat([byte(0x40), randomBytes(15)])),
    algorithm,
    nameOf(issuer),
    sequence(time(Date.now() - 2 * dayMilliseconds), time(ends)),
    nameOf(subject),
    createPublicKey(publicKey.export({ type: 'spki', format: 'pem' })).export({
      type: 'spki',
      format: 'der',
    }),
    value(0xa3, sequence(...extensions)),
  );
  const signature = Buffer.concat([byte(0), sign('sha256', content, signer)]);
  const base64 = sequence(content, algorithm, value(0x03, signature)).toString('base64');
  const lines = base64.match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
};

const byte = (octet: number): Buffer => Buffer.from([octet]);

const value = (tag: number, content: Buffer): Buffer => {
  const { length } = content;
  const size =
    length < 0x80
      ? byte(length)
      : length < 0x100
        ? Buffer.from([0x81, length])
        : Buffer.from([0x82, length >> 8, length & 0xff]);
  return Buffer.concat([byte(tag), size, content]);
};

const sequence = (...parts: readonly Buffer[]): Buffer => value(0x30, Buffer.concat(parts));
const identifier = (hex: string): Buffer => value(0x06, Buffer.from(hex, 'hex'));
const nameOf = (text: string): Buffer =>
  sequence(value(0x31, sequence(identifier(commonName), value(0x0c, Buffer.from(text)))));
const alternative = (name: string): Buffer =>
  isIPv4(name)
    ? value(0x87, Buffer.from(name.split('.').map(Number)))
    : value(0x82, Buffer.from(name));
const time = (milliseconds: number): Buffer =>
  value(
    0x17,
    Buffer.from(`${new Date(milliseconds).toISOString().slice(2, 19).replace(/[-:T]/g, '')}Z`),
  );
