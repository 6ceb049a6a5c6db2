import type { Log } from '../../base/log.ts';
import { TlsCounts } from './counts.ts';
import { CredentialsKeeper } from './keeper.ts';
import { handshakesMax } from './limits.ts';
import type { TlsOptions } from './options.ts';
import type { TlsServices } from './services.ts';
import { Turns } from './turns.ts';

/** TLS in an agent: what its connections need, and what is measured of it. */
export type Tls = TlsServices & {
  readonly reloaded: () => { readonly reloads: number; readonly failures: number };
  /** Looks at the files no longer. */
  readonly stop: () => void;
};

/**
 * Reads the files, and again whenever they change, looking every `every` milliseconds. Rejects with
 * a `UserError` when they are of no use.
 */
export const startTls = async (options: TlsOptions, log: Log, every?: number): Promise<Tls> => {
  const keeper = await CredentialsKeeper.start(options, log, every);
  return {
    credentials: () => keeper.credentials,
    counts: new TlsCounts(),
    turns: new Turns(handshakesMax),
    log,
    reloaded: () => ({ reloads: keeper.reloads, failures: keeper.failures }),
    stop: keeper.stop,
  };
};
