import { chownSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Account, run } from './program.ts';

/** A certificate that signs itself, for localhost and the name, as PEM, and where it lies. */
export type Certificate = {
  readonly key: string;
  readonly cert: string;
  readonly keyFile: string;
  readonly certFile: string;
};

/** Makes one in that folder with openssl. */
export const makeCertificate = async (
  folder: string,
  name: string,
  { uid, gid }: Account = {},
): Promise<Certificate> => {
  const [keyFile, certFile] = [join(folder, `${name}.key`), join(folder, `${name}.crt`)];
  const { code, stderr } = await run('openssl', [
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', `/CN=${name}`],
    ...['-addext', `subjectAltName=DNS:localhost,DNS:${name},IP:127.0.0.1`],
    ...['-keyout', keyFile, '-out', certFile],
  ]);
  if (code !== 0) throw new Error(`openssl made no certificate: ${stderr}`);
  if (uid !== undefined && gid !== undefined) chownSync(keyFile, uid, gid);
  return {
    key: readFileSync(keyFile, 'utf8'),
    cert: readFileSync(certFile, 'utf8'),
    keyFile,
    certFile,
  };
};
