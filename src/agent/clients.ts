import type { Socket } from 'node:net';

/** The client connections of an agent, as sockets: how many there are and what passed on them. */
export class Clients {
  /** Since the start. */
  accepted = 0;
  /** Beyond the limit. */
  refused = 0;
  readonly max: number;
  private readonly sockets = new Set<Socket>();
  private read = 0;
  private written = 0;

  constructor(max: number) {
    this.max = max;
  }

  get open(): number {
    return this.sockets.size;
  }

  /** Whether one more may come; counted as refused if not. */
  hasRoom(): boolean {
    if (this.sockets.size < this.max) return true;
    this.refused += 1;
    return false;
  }

  add(socket: Socket): void {
    this.accepted += 1;
    this.sockets.add(socket);
    socket.once('close', () => {
      this.sockets.delete(socket);
      this.read += socket.bytesRead;
      this.written += socket.bytesWritten;
    });
  }

  /** Bytes from clients and to them, since the start. */
  bytes(): { readonly read: number; readonly written: number } {
    let { read, written } = this;
    for (const socket of this.sockets) {
      read += socket.bytesRead;
      written += socket.bytesWritten;
    }
    return { read, written };
  }
}
