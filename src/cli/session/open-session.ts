import { rmSync } from 'node:fs';
import { messageOf } from '../../base/errors.ts';
import { programVersion } from '../../base/version.ts';
import type { Intercept } from '../../protocol/intercepts.ts';
import { ArrivalLog } from '../assertion/arrival-log.ts';
import type { Context } from '../context.ts';
import { controlVersion } from '../control/limits.ts';
import type { ControlStatus } from '../control/messages.ts';
import { type ControlHandlers, type ControlServer, startControlServer } from '../control/server.ts';
import { socketPath } from '../control/socket-path.ts';
import { startOf } from '../living-process.ts';
import type { ManagerClient } from '../manager-client/client.ts';
import type { ExchangeSource } from '../recorder/source.ts';
import { sendToPod } from '../replay/send-to-pod.ts';
import { sessionExchanges } from '../replay/session-exchanges.ts';
import type { BoardEntry } from './board.ts';
import { Host } from './host.ts';
import { pathOf, removeSessionFile, sessionsFolder, writeSessionFile } from './session-file.ts';

export type OpenOptions = {
  readonly context: Pick<Context, 'io' | 'environment'>;
  readonly manager: ManagerClient;
  readonly user: string;
  /** Of a session in the background. */
  readonly log: string | null;
  /** Takes in other intercepts, when it does. */
  readonly add: ControlHandlers['add'] | undefined;
};

/** One intercept of this process, as other terminals may see and end it. */
type Listed = {
  readonly entry: BoardEntry;
  readonly end: () => void;
  readonly over: Promise<void>;
};

/**
 * What the intercepts of one process share: the tunnel, and the socket on which commands of other
 * terminals find and ask it. Without a socket (it says why not) everything else goes on.
 */
export class OpenSession {
  readonly host: Host;
  /** What came, for assertions. */
  readonly arrivals: ArrivalLog = new ArrivalLog();
  readonly #options: OpenOptions;
  readonly #listed = new Set<Listed>();
  readonly #files = new Set<string>();
  /** The requests that came, as others may see them. */
  readonly exchanges: ExchangeSource;
  #socket: string | null = null;
  #server: ControlServer | undefined;

  private constructor(options: OpenOptions) {
    this.#options = options;
    this.host = new Host(options.manager);
    this.exchanges = sessionExchanges({
      recorder: this.host.recorder,
      findPort: this.host.ports.find,
      sendToPod: sendToPod(options.manager),
    });
  }

  static async open(options: OpenOptions): Promise<OpenSession> {
    // From here on the view, or the user's own program, writes on this terminal.
    options.context.io.progress.end();
    const session = new OpenSession(options);
    await session.#listen();
    return session;
  }

  /** Lists an intercept until the returned function is called. */
  list(entry: BoardEntry, end: () => void): () => void {
    let tellOver = (): void => {};
    const over = new Promise<void>((resolve) => {
      tellOver = resolve;
    });
    const listed: Listed = { entry, end, over };
    this.#listed.add(listed);
    return () => {
      this.#listed.delete(listed);
      tellOver();
    };
  }

  /** Ends an intercept, as `byway leave` does. False when this process has none of that id. */
  async leave(id: string): Promise<boolean> {
    const found = [...this.#listed].find(({ entry }) => entry.status.id === id);
    found?.end();
    await found?.over;
    return found !== undefined;
  }

  /** Tells whoever follows the events of this process. */
  tell(value: () => unknown): void {
    this.#server?.tell(value);
  }

  /** Lets other terminals know of an intercept; `uncover` takes that back. */
  async publish(intercept: Intercept, port: number): Promise<void> {
    const { context, manager, log } = this.#options;
    const { id } = intercept;
    this.#files.add(id);
    try {
      await writeSessionFile(context.environment, {
        id,
        name: intercept.workload.name,
        manager: manager.connection.manager.href,
        port,
        pid: process.pid,
        startedAt: startOf(process.pid) ?? null,
        socket: this.#socket,
        log,
        run: intercept.run ?? null,
      });
    } catch (error) {
      context.io.warn(`Other terminals will not see the local port: ${messageOf(error)}`);
    }
  }

  async uncover(id: string): Promise<void> {
    await removeSessionFile(this.#options.context.environment, id);
    this.#files.delete(id);
  }

  /** Ends at once, for a process that is about to exit; leaves no file behind. */
  abandon(): void {
    for (const id of this.#files) {
      rmSync(pathOf(this.#options.context.environment, id), { force: true });
    }
    this.close();
  }

  close(): void {
    this.#server?.close();
    this.#server = undefined;
    this.host.recorder.close();
  }

  async #listen(): Promise<void> {
    const { context, add } = this.#options;
    try {
      const path = await socketPath(sessionsFolder(context.environment), this.host.session);
      this.#server = await startControlServer(path, {
        status: () => this.#status(),
        leave: (id) => this.leave(id),
        exchanges: this.exchanges,
        arrivals: (question) => this.arrivals.answer(question),
        add: add ?? (async () => ({ type: 'refused', error: 'This session takes in no other.' })),
      });
      this.#socket = path;
    } catch (error) {
      context.io.warn(`Other terminals can't ask this session: ${messageOf(error)}`);
    }
  }

  #status(): ControlStatus {
    const { manager, user, log, add } = this.#options;
    return {
      control: controlVersion,
      version: programVersion(),
      session: this.host.session,
      pid: process.pid,
      background: log !== null,
      shares: add !== undefined,
      manager: manager.connection.manager.href,
      user,
      log,
      tunnel: this.host.status(),
      intercepts: [...this.#listed].map(({ entry }) => entry.status),
    };
  }
}
