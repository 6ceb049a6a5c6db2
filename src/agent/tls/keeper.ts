import { createHash } from 'node:crypto';
import { messageOf, UserError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { type Credentials, credentialsOf } from './credentials.ts';
import { readTlsFiles, type TlsFiles } from './files.ts';
import type { TlsOptions } from './options.ts';

/** How often the files are looked at. */
const lookMilliseconds = 2_000;

/**
 * Keeps credentials as the files have them. The contents are compared and not their times, so a
 * file that is renamed into place, and a symbolic link that is turned elsewhere (as Kubernetes
 * does), are seen alike.
 */
export class CredentialsKeeper {
  /** Contents that were taken, and those that could not be, since the start. */
  reloads = 0;
  failures = 0;
  #credentials: Credentials;
  #seen: string;
  readonly #options: TlsOptions;
  readonly #log: Log;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  #lastFailure: string | undefined;

  private constructor(options: TlsOptions, log: Log, files: TlsFiles) {
    this.#options = options;
    this.#log = log;
    this.#seen = digestOf(files);
    this.#credentials = credentialsOf(files);
    this.#warnOfExpiry();
  }

  /** Reads the files for the first time. Rejects with a `UserError` when they are of no use. */
  static async start(
    options: TlsOptions,
    log: Log,
    every: number = lookMilliseconds,
  ): Promise<CredentialsKeeper> {
    try {
      const keeper = new CredentialsKeeper(options, log, await readTlsFiles(options));
      keeper.#lookAgain(every);
      return keeper;
    } catch (error) {
      throw new UserError(`TLS can't be served: ${messageOf(error)}.`, {
        hint: 'Mend the file, or leave out --tls-cert and --tls-key: then TLS is passed through.',
      });
    }
  }

  /** Those for new connections. */
  get credentials(): Credentials {
    return this.#credentials;
  }

  readonly stop = (): void => {
    this.#stopped = true;
    clearTimeout(this.#timer);
  };

  #lookAgain(every: number): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => void this.#look().then(() => this.#lookAgain(every)), every);
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    let seen: string | undefined;
    try {
      const files = await readTlsFiles(this.#options);
      seen = digestOf(files);
      if (seen === this.#seen) {
        this.#lastFailure = undefined;
        return;
      }
      this.#credentials = credentialsOf(files);
      this.reloads += 1;
      this.#lastFailure = undefined;
      this.#log.info({}, 'the TLS files have changed: new connections use them');
      this.#warnOfExpiry();
    } catch (error) {
      this.#failed(seen ?? messageOf(error), error);
    } finally {
      this.#seen = seen ?? this.#seen;
    }
  }

  // Told once for each state of the files, not with every look.
  #failed(state: string, error: unknown): void {
    if (this.#lastFailure === state) return;
    this.#lastFailure = state;
    this.failures += 1;
    const reason = messageOf(error);
    this.#log.warn({ reason }, 'the changed TLS files are of no use: those before stay in use');
  }

  #warnOfExpiry(): void {
    const { server } = this.#credentials.expiry;
    if (server > Date.now()) return;
    this.#log.warn({ expiry: new Date(server).toISOString() }, 'the TLS certificate has expired');
  }
}

const digestOf = (files: TlsFiles): string => {
  const hash = createHash('sha256');
  for (const content of Object.values(files))
    hash.update(`${content?.length};`).update(content ?? '');
  return hash.digest('hex');
};
