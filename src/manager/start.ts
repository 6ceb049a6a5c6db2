import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Address, formatAddress } from '../base/address.ts';
import { type Admin, startAdmin } from '../base/admin.ts';
import { systemCode, UserError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { lockFolder } from './data/lock.ts';
import { loadSecrets } from './data/secrets.ts';
import { type CertificateFiles, readCertificate, renewCertificate } from './http/certificate.ts';
import { Refusals } from './http/refusals.ts';
import { routeBy } from './http/router.ts';
import { createApiServer, createSecureApiServer, type ServerOptions } from './http/server.ts';
import type { Policy } from './identity/policy.ts';
import { answersMsMax, stopMsMax, sweepEveryMs } from './limits.ts';
import { createManager, type Manager } from './manager.ts';
import { type Measured, metricsText } from './metrics.ts';
import { startReaper } from './reaper.ts';
import { allRoutes } from './routes/all.ts';
import { openStore } from './store/store.ts';

export type StartOptions = {
  readonly listen: Address;
  /** The folder of its state; made when it is not there. */
  readonly data: string;
  readonly ownerName: string;
  readonly policy?: Policy | undefined;
  readonly log: Log;
  readonly tls?: CertificateFiles | undefined;
  /** Where `/metrics` is served; nowhere without. */
  readonly metrics?: Address | undefined;
};

export type RunningManager = {
  /** Where it accepts connections, for example `http://127.0.0.1:7070`. */
  readonly url: string;
  /** Where `/metrics` is, as `HOST:PORT`. */
  readonly metrics?: string;
  /** Closes tunnels with a GOAWAY, ends event streams, writes the journal; at most 5 s. */
  readonly stop: () => Promise<void>;
};

/** Starts a manager. Rejects with a `UserError` when the folder or the port is taken or damaged. */
export const startManager = async (options: StartOptions): Promise<RunningManager> => {
  const { listen, data, ownerName, policy, log } = options;
  await mkdir(data, { recursive: true, mode: 0o700 });
  const unlock = await lockFolder(data);
  try {
    const secrets = await loadSecrets(data);
    const store = await openStore(data);
    const manager = createManager({ store, secrets, ownerName, policy, log });
    const { tokens, attachments, version } = manager;
    const { authenticate } = tokens;
    const refusals = new Refusals();
    const served = { version, log, refusals };
    const router = routeBy({ routes: allRoutes(manager), authenticate, attachments, ...served });
    const { server, close } = await createServer({ router, ...served }, options);
    const admin = await startMetrics(options.metrics, { manager, router, refusals });
    const scheme = options.tls === undefined ? 'http' : 'https';
    const url = await listenOn(server, listen, scheme).catch((error: unknown) => {
      admin?.close();
      throw error;
    });
    const stopReaper = startReaper(manager);
    const stop = async (): Promise<void> => {
      stopReaper();
      close();
      admin?.close();
      router.endStreams();
      await stopServing(manager, server);
      await store.close();
      await unlock();
    };
    return { url, stop, ...(admin === undefined ? {} : { metrics: admin.address }) };
  } catch (error) {
    await unlock();
    throw error;
  }
};

const createServer = async (
  options: ServerOptions,
  { tls, log }: StartOptions,
): Promise<{ readonly server: Server; readonly close: () => void }> => {
  if (tls === undefined) return { server: createApiServer(options), close: () => {} };
  const certificate = await readCertificate(tls);
  const server = createSecureApiServer(options, certificate);
  return { server: server as Server, close: renewCertificate(server, tls, certificate, log) };
};

const startMetrics = async (
  listen: Address | undefined,
  measured: Measured,
): Promise<Admin | undefined> =>
  listen === undefined
    ? undefined
    : await startAdmin(listen, '--metrics', () => metricsText(measured));

const listenOn = async (
  server: Server,
  { host, port }: Address,
  scheme: 'http' | 'https',
): Promise<string> => {
  server.listen({ host, port });
  try {
    await once(server, 'listening');
  } catch (error) {
    if (systemCode(error) !== 'EADDRINUSE') throw error;
    throw new UserError(`${formatAddress({ host, port })} is in use by another program.`, {
      cause: error,
      hint: 'Choose another port with --listen HOST:PORT; port 0 takes a free one.',
    });
  }
  const address = server.address();
  const bound = typeof address === 'object' ? address?.port : undefined;
  return `${scheme}://${formatAddress({ host, port: bound ?? port })}`;
};

const stopServing = async (manager: Manager, server: Server): Promise<void> => {
  const { intercepts, tunnels } = manager;
  const closed = once(server, 'close');
  server.close();
  const ends = [...tunnels.all()].map(({ end }) => end);
  for (const end of ends) end.close();
  const tunnelsClosed = Promise.all(ends.map((end) => end.closed));
  // A connection that was busy becomes idle once it is answered, and would then stay open.
  const sweep = setInterval(() => server.closeIdleConnections(), sweepEveryMs);
  const lastCall = setTimeout(() => server.closeAllConnections(), answersMsMax);
  await Promise.race([
    Promise.all([closed, tunnelsClosed]),
    sleep(stopMsMax, undefined, { ref: false }),
  ]);
  clearInterval(sweep);
  clearTimeout(lastCall);
  for (const { end } of tunnels.all()) end.destroy();
  server.closeAllConnections();
  intercepts.stop();
};
