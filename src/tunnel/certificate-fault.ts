import { systemCode } from '../base/errors.ts';
import { ConnectFault } from './connect-fault.ts';

const authority = 'Trust the authority that signed it   --ca FILE (or BYWAY_CA=FILE)';
const clock = "Is this machine's clock right?";

const unknownSigner = 'is signed by nobody that this machine trusts';

/** What is wrong, after "The certificate of HOST", and what to do, by the code of the error. */
const faults: Readonly<Record<string, readonly [string, string]>> = {
  CERT_HAS_EXPIRED: ['has expired', `Whoever runs it must renew the certificate. ${clock}`],
  CERT_NOT_YET_VALID: ['is not valid yet', clock],
  CERT_REVOKED: ['was revoked', 'Whoever runs it must install another certificate.'],
  DEPTH_ZERO_SELF_SIGNED_CERT: ['is signed by itself', authority],
  SELF_SIGNED_CERT_IN_CHAIN: [unknownSigner, authority],
  CERT_SIGNATURE_FAILURE: [unknownSigner, authority],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: [unknownSigner, authority],
  UNABLE_TO_GET_ISSUER_CERT: [unknownSigner, authority],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: [unknownSigner, authority],
};

const noTls: readonly string[] = ['EPROTO', 'ERR_SSL_WRONG_VERSION_NUMBER'];

/**
 * What a failed TLS handshake with `host` means, in words, for every fault of a certificate; any
 * other error as it is. There is no way round a fault: the connection is not made.
 */
export const explainTls = (error: unknown, host: string): unknown => {
  const code = systemCode(error) ?? '';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const names = namesOf(error);
    return new ConnectFault(
      `The certificate of ${host} is for ${names.length === 0 ? 'no host' : names.join(', ')}, not for ${host}`,
      'Use an address that the certificate names, or have it made out for this one.',
      error,
    );
  }
  if (noTls.includes(code)) {
    return new ConnectFault(`${host} does not speak TLS there`, 'Is it http: instead of https:?');
  }
  const [what, hint] = faults[code] ?? [];
  if (what === undefined || hint === undefined) return error;
  return new ConnectFault(`The certificate of ${host} ${what}`, hint, error);
};

const namesMax = 5;

/** Names in a certificate of anybody's making: only those that look like one. */
const namesOf = (error: unknown): readonly string[] => {
  const { cert } = error as { readonly cert?: { readonly subjectaltname?: string } };
  return (cert?.subjectaltname ?? '')
    .split(', ')
    .map((name) => name.replace(/^(DNS|IP Address):/, ''))
    .filter((name) => /^[\w.*:-]{1,253}$/.test(name))
    .slice(0, namesMax);
};
