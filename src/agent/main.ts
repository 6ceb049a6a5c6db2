import { readFile } from 'node:fs/promises';
import { pino } from 'pino';
import { startAdmin } from '../base/admin.ts';
import { UserError } from '../base/errors.ts';
import { exitCodes } from '../base/exit-codes.ts';
import { newIdentifier } from '../base/identifier.ts';
import { programVersion } from '../base/version.ts';
import { readAuthorities } from '../tunnel/authority-file.ts';
import { metricsText } from './admin/metrics.ts';
import { startManagerLink } from './manager-link/link.ts';
import { type AgentOptions, agentHelp, parseAgentOptions } from './options.ts';
import { servePodRequests } from './pod-requests/serve.ts';
import { RuleTable } from './rule-table.ts';
import { startAgentServer } from './server.ts';
import { startTls } from './tls/start.ts';

/** All of draining after SIGTERM takes no longer. */
const drainMilliseconds = 25_000;

/** Runs `byway-agent` with these arguments; resolves with the exit code. */
export const main = async (argv: readonly string[]): Promise<number> => {
  try {
    const options = parseAgentOptions(argv);
    if (!('print' in options)) return await run(options);
    process.stdout.write(options.print === 'help' ? agentHelp : `${programVersion()}\n`);
    return exitCodes.ok;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    process.stderr.write(
      `✗ ${error.message}\n${error.hint === undefined ? '' : `  ${error.hint}\n`}`,
    );
    return exitCodes[error.kind];
  }
};

const run = async (options: AgentOptions): Promise<number> => {
  const { workload, manager, routes } = options;
  const log = pino({ base: { workload: workload.name } }, pino.destination(2));
  const tls = options.tls === undefined ? undefined : await startTls(options.tls, log);
  const table = new RuleTable();
  const stop = new AbortController();
  const address = {
    workload,
    manager,
    ca: await authorities(options.ca),
    agent: newIdentifier('ag'),
    token: tokenReader(options.tokenFile),
  };
  const pods = new Map(
    routes.map(({ upstream }) => [upstream.port, { address: upstream, tls }] as const),
  );
  const { signal } = stop;
  const link = startManagerLink({
    address,
    onPodRequest: options.podRequests
      ? servePodRequests({ address, table, pods, log, signal })
      : undefined,
    ports: routes.map((route) => route.upstream.port),
    table,
    log,
    signal,
  });
  const { connectionsMax } = options;
  const { divert } = link;
  const server = await startAgentServer({ routes, table, divert, connectionsMax, tls });
  const admin =
    options.admin === undefined
      ? undefined
      : await startAdmin(options.admin, '--admin', () => metricsText({ ...server, table, tls }));
  process.stdout.write(
    `${JSON.stringify({ event: 'ready', listen: server.listen, admin: admin?.address ?? null })}\n`,
  );
  const reason = await stopSignal();
  log.info({ signal: reason }, 'draining');
  await server.drain(options.drainDelayMs, drainMilliseconds);
  admin?.close();
  tls?.stop();
  stop.abort();
  return exitCodes.ok;
};

const authorities = async (flag: string | undefined): Promise<string | undefined> => {
  const file = flag ?? process.env['BYWAY_CA'];
  if (file === undefined || file === '') return undefined;
  return await readAuthorities(file, flag === undefined ? 'BYWAY_CA' : '--ca');
};

const tokenReader = (file: string | undefined) => async (): Promise<string> => {
  if (file !== undefined) return (await readFile(file, 'utf8')).trim();
  const token = process.env['BYWAY_TOKEN'];
  if (token === undefined || token === '') {
    throw new Error('no token: pass --token-file FILE or set BYWAY_TOKEN');
  }
  return token;
};

const stopSignal = (): Promise<NodeJS.Signals> =>
  new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, resolve);
  });
