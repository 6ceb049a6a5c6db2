import { constants, createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { TlsFiles } from './files.ts';

/** What the agent shows and whom it believes, from one reading of the files. */
export type Credentials = {
  readonly server: SecureContext;
  /** Callers must show a certificate. */
  readonly verifiesClients: boolean;
  readonly upstream: SecureContext;
  readonly verifiesUpstream: boolean;
  /** When the certificate for callers ends, and that for the service; milliseconds of the epoch. */
  readonly expiry: { readonly server: number; readonly upstream: number | undefined };
};

// Callers may not begin a handshake anew inside of a connection: it costs them less than us.
const secureOptions = constants.SSL_OP_NO_RENEGOTIATION;
// A session is only resumed where it was begun: behind the same demand for a certificate.
const sessionIdContext = 'byway-agent';

/** Makes them. Throws with a sentence that says which file is wrong, and nothing of a key. */
export const credentialsOf = (files: TlsFiles): Credentials => {
  const { cert, key, clientCa, upstreamCa, upstreamCert, upstreamKey } = files;
  const own = pairOf(cert, key, 'tls');
  const upstream =
    upstreamCert === undefined || upstreamKey === undefined
      ? undefined
      : pairOf(upstreamCert, upstreamKey, 'upstream');
  checkAuthority(clientCa, '--tls-client-ca');
  checkAuthority(upstreamCa, '--upstream-ca');
  return {
    // An empty list of authorities: those that Node brings along are never believed.
    server: contextOf({ cert, key, ca: clientCa ?? [], secureOptions, sessionIdContext }),
    verifiesClients: clientCa !== undefined,
    upstream: contextOf({
      ca: upstreamCa ?? [],
      ...(upstream === undefined ? {} : { cert: upstreamCert, key: upstreamKey }),
    }),
    verifiesUpstream: upstreamCa !== undefined,
    expiry: { server: expiryOf(own), upstream: upstream && expiryOf(upstream) },
  };
};

const contextOf = (options: Parameters<typeof createSecureContext>[0]): SecureContext => {
  try {
    return createSecureContext(options);
  } catch {
    // What OpenSSL says here may quote the files.
    throw new Error('the certificates and keys can not be used by OpenSSL');
  }
};

const pairOf = (cert: Buffer, key: Buffer, name: string): X509Certificate => {
  const certificate = certificateIn(cert, `--${name}-cert`);
  if (!certificate.checkPrivateKey(keyIn(key, `--${name}-key`))) {
    throw new Error(`the key of --${name}-key is not the key of --${name}-cert's certificate`);
  }
  return certificate;
};

const certificateIn = (pem: Buffer, flag: string): X509Certificate => {
  try {
    return new X509Certificate(pem);
  } catch {
    throw new Error(`the file of ${flag} is no certificate in PEM form`);
  }
};

const keyIn = (pem: Buffer, flag: string): KeyObject => {
  try {
    return createPrivateKey(pem);
  } catch {
    throw new Error(`the file of ${flag} is no private key in PEM form without a passphrase`);
  }
};

// OpenSSL passes over what is no certificate, and then believes nobody without a word.
const checkAuthority = (pem: Buffer | undefined, flag: string): void => {
  if (pem !== undefined) certificateIn(pem, flag);
};

const expiryOf = ({ validTo }: X509Certificate): number => Date.parse(validTo);
