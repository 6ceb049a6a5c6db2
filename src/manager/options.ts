import { parseArgs } from 'node:util';
import { type Address, formatAddress, isLoopback, parseAddress } from '../base/address.ts';
import { messageOf, UserError } from '../base/errors.ts';
import type { CertificateFiles } from './http/certificate.ts';

export type StartCommand = {
  readonly do: 'start';
  readonly listen: Address;
  readonly data: string | undefined;
  /** Without, it speaks plain HTTP. */
  readonly tls: CertificateFiles | undefined;
  readonly metrics: Address | undefined;
  /** The policy's file. */
  readonly policy: string | undefined;
};

export type ManagerCommand = StartCommand | { readonly do: 'help' | 'version' };

export const usage = `Usage: byway-manager [--listen HOST:PORT] [--data DIR] [--tls-cert FILE --tls-key FILE]

The API, the registry of intercepts and the relay of tunnels, in one process.

  --listen HOST:PORT   where to accept connections (127.0.0.1:7070); port 0 takes
                       a free one
  --data DIR           where its state is kept (your folder for state, byway/manager)
  --tls-cert FILE      certificate in PEM, its authorities behind it; with it
  --tls-key FILE       and its key everything is in TLS. Both are read again when
                       they change
  --metrics HOST:PORT  where Prometheus finds /metrics, without a token; default:
                       nowhere
  --policy FILE        who may take everybody's requests, those with other users'
                       keys, or the place of others' intercepts; read at start
  --insecure-listen-without-tls
                       accept connections from other machines although tokens
                       and traffic are readable on the way
  --version            print the version
  --help               print this

When it accepts connections it prints one line of JSON on stdout:
  {"event":"ready","url":"http://127.0.0.1:7070"}
The owner's token is in DIR/token. Logs are JSON lines on stderr.
`;

/** Reads the command line. Throws a `UserError` of kind `usage`. */
export const readOptions = (argv: readonly string[]): ManagerCommand => {
  const values = parse(argv);
  if (values.help === true) return { do: 'help' };
  if (values.version === true) return { do: 'version' };
  const listen = parseAddress(values.listen, '--listen');
  const tls = certificateOf(values['tls-cert'], values['tls-key']);
  const metrics =
    values.metrics === undefined ? undefined : parseAddress(values.metrics, '--metrics');
  if (
    tls === undefined &&
    !isLoopback(listen.host) &&
    values['insecure-listen-without-tls'] !== true
  ) {
    throw new UserError(
      `${formatAddress(listen)} can be reached from other machines, and there is no TLS: anyone on the way could read tokens and traffic.`,
      {
        kind: 'usage',
        hint: 'Give it --tls-cert and --tls-key, listen on 127.0.0.1, or add --insecure-listen-without-tls.',
      },
    );
  }
  return { do: 'start', listen, data: values.data, tls, metrics, policy: values.policy };
};

const certificateOf = (
  cert: string | undefined,
  key: string | undefined,
): CertificateFiles | undefined => {
  if (cert === undefined && key === undefined) return undefined;
  if (cert !== undefined && key !== undefined) return { cert, key };
  throw new UserError('--tls-cert and --tls-key go together.', {
    kind: 'usage',
    hint: 'byway-manager --help',
  });
};

const parse = (argv: readonly string[]) => {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        listen: { type: 'string', default: '127.0.0.1:7070' },
        data: { type: 'string' },
        'tls-cert': { type: 'string' },
        'tls-key': { type: 'string' },
        metrics: { type: 'string' },
        policy: { type: 'string' },
        'insecure-listen-without-tls': { type: 'boolean' },
        version: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw new UserError(messageOf(error), { kind: 'usage', hint: 'byway-manager --help' });
  }
};
