import { parseArgs } from 'node:util';
import { type Address, parseAddress } from '../base/address.ts';
import { messageOf, UserError } from '../base/errors.ts';
import type { Workload } from '../protocol/workload.ts';
import type { Route } from './server.ts';
import { type TlsOptions, tlsFlags, tlsHelp, tlsOptionsOf } from './tls/options.ts';

export const agentHelp: string = `byway-agent: stands in front of a service and sends matching requests to laptops

  byway-agent --workload cart --listen 127.0.0.1:8081 --upstream 127.0.0.1:9081 \\
    --manager http://127.0.0.1:7070 --token-file token

  --workload NAME        what it stands in front of
  --namespace NS         its namespace (default: default)
  --listen HOST:PORT     where callers connect; repeat with --upstream for more ports
  --upstream HOST:PORT   where the service itself listens
  --manager URL          the manager; the agent serves without it, too
  --ca FILE              trusts the authority that signed the manager's certificate
                         (default: the variable BYWAY_CA)
  --token-file FILE      a token for this workload (default: the variable BYWAY_TOKEN)
  --admin HOST:PORT      serves /healthz and /metrics there (default: not)
${tlsHelp}  --no-pod-requests      never sends the requests of an intercept's owner to the service, which
                         "byway replay --against cluster" and "byway diff" ask for
  --max-connections N    client connections at once (default: what the system allows)
  --drain-delay SECONDS  how long it accepts connections after SIGTERM (default: 5)
  --version, --help
`;

/** What `byway-agent` was asked to do. */
export type AgentOptions = {
  readonly workload: Workload;
  readonly routes: readonly Route[];
  readonly manager: URL;
  /** File of an authority for the manager's certificate. */
  readonly ca: string | undefined;
  readonly tokenFile: string | undefined;
  readonly drainDelayMs: number;
  readonly admin: Address | undefined;
  readonly connectionsMax: number | undefined;
  readonly tls: TlsOptions | undefined;
  /** Whether owners of intercepts may have requests sent to the service. */
  readonly podRequests: boolean;
};

/** Reads the command line. Throws a usage error, or returns what to print instead. */
export const parseAgentOptions = (
  argv: readonly string[],
): AgentOptions | { readonly print: 'help' | 'version' } => {
  const values = parsed(argv);
  if (values.help === true) return { print: 'help' };
  if (values.version === true) return { print: 'version' };
  const name = required(values.workload, '--workload NAME');
  const routes = routesOf(values.listen ?? [], values.upstream ?? []);
  return {
    workload: { namespace: values.namespace ?? 'default', kind: 'process', name },
    routes,
    manager: managerOf(required(values.manager, '--manager URL')),
    ca: values.ca,
    tokenFile: values['token-file'],
    drainDelayMs: secondsOf(values['drain-delay'] ?? '5') * 1000,
    admin: values.admin === undefined ? undefined : parseAddress(values.admin, '--admin'),
    connectionsMax: connectionsOf(values['max-connections']),
    podRequests: values['no-pod-requests'] !== true,
    tls: tlsOptionsOf(
      values,
      routes.map((route) => route.upstream),
    ),
  };
};

const parsed = (argv: readonly string[]) => {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  try {
    return parseArgs({
      args: [...argv],
      options: {
        workload: text,
        namespace: text,
        listen: { type: 'string', multiple: true },
        upstream: { type: 'string', multiple: true },
        manager: text,
        ca: text,
        'token-file': text,
        'drain-delay': text,
        admin: text,
        'max-connections': text,
        'no-pod-requests': flag,
        ...tlsFlags,
        version: flag,
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw usage(`${messageOf(error)}.`);
  }
};

const usage = (message: string): UserError =>
  new UserError(message, { kind: 'usage', hint: 'byway-agent --help' });

const required = (value: string | undefined, flag: string): string => {
  if (value === undefined) throw usage(`${flag} is missing.`);
  return value;
};

const routesOf = (listen: readonly string[], upstream: readonly string[]): readonly Route[] => {
  if (listen.length === 0 || listen.length !== upstream.length) {
    throw usage(
      `Each --listen needs its --upstream: ${listen.length} and ${upstream.length} given.`,
    );
  }
  return listen.map((address, index) => ({
    listen: parseAddress(address, '--listen'),
    upstream: parseAddress(upstream[index] ?? '', '--upstream'),
  }));
};

const managerOf = (text: string): URL => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw usage(`--manager takes a URL such as http://127.0.0.1:7070, not "${text}".`);
  }
  return url;
};

const secondsOf = (text: string): number => {
  const seconds = Number(text);
  if (text === '' || !(seconds >= 0 && seconds <= 25)) {
    throw usage(`--drain-delay takes 0 to 25 seconds, not "${text}".`);
  }
  return seconds;
};

const connectionsOf = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw usage(`--max-connections takes a number from 1 on, not "${text}".`);
};
