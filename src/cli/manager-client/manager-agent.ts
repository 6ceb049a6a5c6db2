import type { ClientRequestArgs } from 'node:http';
import { Agent } from 'node:https';
import type { Duplex } from 'node:stream';
import { connectTo } from '../../tunnel/connect.ts';
import type { Way } from '../../tunnel/way.ts';

type Connected = (error: Error | null, socket: Duplex) => void;

/** Connections to a manager in the way that its tunnel goes: proxy, certificates and errors. */
export class ManagerAgent extends Agent {
  readonly protocol: string;
  readonly defaultPort: number;
  readonly #way: Way;

  constructor(way: Way) {
    super({ keepAlive: true, timeout: idleMsMax });
    this.#way = way;
    this.protocol = way.manager.protocol;
    this.defaultPort = this.protocol === 'https:' ? 443 : 80;
  }

  override createConnection(_options: ClientRequestArgs, connected?: Connected): undefined {
    connectTo(this.#way, new AbortController().signal).then(
      (socket) => connected?.(null, socket),
      // Node's own agents give no socket with an error, whatever the type says.
      (error: Error) => (connected as ((error: Error) => void) | undefined)?.(error),
    );
  }
}

/** Milliseconds that a connection waits for another request; less than any manager's. */
const idleMsMax = 5_000;
