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
  --upstream-cert FILE   what the agent shows a service that asks for a certificate; needs
                         --tls-client-ca, for the service sees the agent for every caller
  --upstream-key FILE    its key; all these files are read again when they change
  --insecure-open-service-to-every-caller
                         let everyone who reaches the agent use --upstream-cert
`;

type Flag =
  | 'tls-cert'
  | 'tls-key'
  | 'tls-client-ca'
  | 'upstream-ca'
  | 'upstream-cert'
  | 'upstream-key';

const openFlag = 'insecure-open-service-to-every-caller';

type Text = { readonly type: 'string' };

const text: Text = { type: 'string' };

const files: Readonly<Record<Flag, Text>> = {
  'tls-cert': text,
  'tls-key': text,
  'tls-client-ca': text,
  'upstream-ca': text,
  'upstream-cert': text,
  'upstream-key': text,
};

/** The flags, for `parseArgs`. */
export const tlsFlags: Readonly<
  Record<Flag, Text> & Record<typeof openFlag, { readonly type: 'boolean' }>
> = { ...files, [openFlag]: { type: 'boolean' } };

type Values = { readonly [flag in Flag]?: string | undefined } & {
  readonly [openFlag]?: boolean | undefined;
};

/**
 * What the flags say; undefined without `--tls-cert`. Throws a usage error for a half of a pair, for
 * flags that would do nothing, for a service on another machine that nobody would verify, and for a
 * certificate that every caller would share.
 */
export const tlsOptionsOf = (
  values: Values,
  upstreams: readonly Address[],
): TlsOptions | undefined => {
  const own = pairOf(values, 'tls-cert', 'tls-key');
  const upstream = pairOf(values, 'upstream-cert', 'upstream-key');
  const { 'tls-client-ca': clientCa, 'upstream-ca': upstreamCa } = values;
  if (own === undefined) {
    const flags = [...(Object.keys(files) as Flag[]), openFlag] as const;
    const idle = flags.find((flag) => values[flag] !== undefined);
    if (idle !== undefined) throw usage(`--${idle} does nothing without --tls-cert and --tls-key.`);
    return undefined;
  }
  const distant = upstreams.find(({ host }) => !isLoopback(host));
  if (upstreamCa === undefined && distant !== undefined) {
    throw usage(
      `--upstream-ca FILE is missing: ${formatAddress(distant)} is not on this machine, so its certificate must be verified.`,
    );
  }
  refuseOpening(values);
  return { ...own, clientCa, upstreamCa, upstream };
};

/** A service that asks for certificates lets only some callers in; with ours, all of them. */
const refuseOpening = (values: Values): void => {
  const { 'upstream-cert': shown, 'tls-client-ca': clientCa, [openFlag]: isOpen = false } = values;
  if (isOpen && (shown === undefined || clientCa !== undefined)) {
    throw usage(`--${openFlag} does nothing but with --upstream-cert and without --tls-client-ca.`);
  }
  if (shown === undefined || clientCa !== undefined || isOpen) return;
  throw new UserError(
    '--upstream-cert without --tls-client-ca: the service would take every caller for the agent, so whoever reaches the agent would be let in without a certificate.',
    {
      kind: 'usage',
      hint: `Add --tls-client-ca FILE with the authority of the callers that may come, or --${openFlag}.`,
    },
  );
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
