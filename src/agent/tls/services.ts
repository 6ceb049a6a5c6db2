import type { Log } from '../../base/log.ts';
import type { TlsCounts } from './counts.ts';
import type { Credentials } from './credentials.ts';
import type { Turns } from './turns.ts';

/** What TLS connections need from their agent. */
export type TlsServices = {
  /** Those for a new connection. */
  readonly credentials: () => Credentials;
  readonly counts: TlsCounts;
  readonly turns: Turns;
  readonly log: Log;
};
