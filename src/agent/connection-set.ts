import type { Connection } from './connection.ts';

/** The open connections of an agent. */
export class ConnectionSet {
  private readonly open = new Set<Connection>();
  private waiting: (() => void)[] = [];

  add(connection: Connection): void {
    this.open.add(connection);
  }

  delete(connection: Connection): void {
    this.open.delete(connection);
    if (this.open.size > 0) return;
    for (const resolve of this.waiting) resolve();
    this.waiting = [];
  }

  all(): Iterable<Connection> {
    return this.open;
  }

  /** Resolves once there is none; at once when there is none now. */
  empty(): Promise<void> {
    if (this.open.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.waiting.push(resolve));
  }
}
