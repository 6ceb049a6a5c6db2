import { parseArgs } from 'node:util';
import { type Address, formatAddress, isLoopback, parseAddress } from '../base/address.ts';
import { messageOf, UserError } from '../base/errors.ts';

export type StartCommand = {
  readonly do: 'start';
  readonly listen: Address;
  readonly data: string | undefined;
};

export type ManagerCommand = StartCommand | { readonly do: 'help' | 'version' };

export const usage = `Usage: byway-manager [--listen HOST:PORT] [--data DIR]

The API, the registry of intercepts and the relay of tunnels, in one process.

  --listen HOST:PORT   where to accept connections (127.0.0.1:7070); port 0 takes
                       a free one
  --data DIR           where its state is kept (your folder for state, byway/manager)
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
  if (!isLoopback(listen.host) && values['insecure-listen-without-tls'] !== true) {
    throw new UserError(
      `${formatAddress(listen)} can be reached from other machines, and there is no TLS: anyone on the way could read tokens and traffic.`,
      { kind: 'usage', hint: 'Listen on 127.0.0.1, or add --insecure-listen-without-tls.' },
    );
  }
  return { do: 'start', listen, data: values.data };
};

const parse = (argv: readonly string[]) => {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        listen: { type: 'string', default: '127.0.0.1:7070' },
        data: { type: 'string' },
        'insecure-listen-without-tls': { type: 'boolean' },
        version: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw new UserError(messageOf(error), { kind: 'usage', hint: 'byway-manager --help' });
  }
};
