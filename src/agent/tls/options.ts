import type { Address } from '../../base/address.ts';
import { formatAddress, isLoopback } from '../../base/address.ts';
import { UserError } from '../../base/errors.ts';

/** Where certificates, keys and authorities lie, as PEM. */
export type TlsOptions = {
  /** What callers are shown. */
  readonly cert: string;
  readonly key: string;
  /** Who must have signed the certificates of callers; none is asked for without it. */
  readonly clientCa: string | undefined;
  /** Who must have signed the service's certificate; it is not verified without it. */
  readonly upstreamCa: string | undefined;
  /** What the agent shows the service. */
  readonly upstream: { readonly cert: string; readonly key: string } | undefined;
};

export const tlsHelp: string = `  --tls-cert FILE        a certificate (PEM, with those between it and the authority) and its key:
  --tls-key FILE         TLS is then ended here, and its requests are looked at
  --tls-client-ca FILE   callers in TLS must show a certificate that this authority has signed
  --upstream-ca FILE     the service must show one that this authority has signed; needed with
                         --tls-cert unless the service is on a loopback address
  --upstream-cert FILE   what the agent shows a service that asks for a certificate
  --upstream-key FILE    its key; all these files are read again when they change
`;

type Flag =
  | 'tls-cert'
  | 'tls-key'
  | 'tls-client-ca'
  | 'upstream-ca'
  | 'upstream-cert'
  | 'upstream-key';

type Text = { readonly type: 'string' };

const text: Text = { type: 'string' };

/** The flags, for `parseArgs`. */
export const tlsFlags: Readonly<Record<Flag, Text>> = {
  'tls-cert': text,
  'tls-key': text,
  'tls-client-ca': text,
  'upstream-ca': text,
  'upstream-cert': text,
  'upstream-key': text,
};

type Values = { readonly [flag in Flag]?: string | undefined };

/**
 * What the flags say; undefined without `--tls-cert`. Throws a usage error for a half of a pair, for
 * flags that would do nothing, and for a service on another machine that nobody would verify.
 */
export const tlsOptionsOf = (
  values: Values,
  upstreams: readonly Address[],
): TlsOptions | undefined => {
  const own = pairOf(values, 'tls-cert', 'tls-key');
  const upstream = pairOf(values, 'upstream-cert', 'upstream-key');
  const { 'tls-client-ca': clientCa, 'upstream-ca': upstreamCa } = values;
  if (own === undefined) {
    const idle = (Object.keys(tlsFlags) as Flag[]).find((flag) => values[flag] !== undefined);
    if (idle !== undefined) throw usage(`--${idle} does nothing without --tls-cert and --tls-key.`);
    return undefined;
  }
  const distant = upstreams.find(({ host }) => !isLoopback(host));
  if (upstreamCa === undefined && distant !== undefined) {
    throw usage(
      `--upstream-ca FILE is missing: ${formatAddress(distant)} is not on this machine, so its certificate must be verified.`,
    );
  }
  return { ...own, clientCa, upstreamCa, upstream };
};

const pairOf = (values: Values, certFlag: Flag, keyFlag: Flag) => {
  const [cert, key] = [values[certFlag], values[keyFlag]];
  if (cert !== undefined && key !== undefined) return { cert, key };
  if (cert === undefined && key === undefined) return undefined;
  const [given, missing] = cert === undefined ? [keyFlag, certFlag] : [certFlag, keyFlag];
  throw usage(`--${given} needs --${missing} FILE besides.`);
};

const usage = (message: string): UserError =>
  new UserError(message, { kind: 'usage', hint: 'byway-agent --help' });
