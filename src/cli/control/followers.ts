import type { ServerResponse } from 'node:http';
import { followersMax, unreadBytesMax } from './limits.ts';

/** Those who follow the events of a session. One that doesn't read is cut off. */
export class Followers {
  readonly #responses = new Set<ServerResponse>();

  readonly add = (response: ServerResponse): void => {
    const full = this.#responses.size >= followersMax;
    response.writeHead(full ? 503 : 200, {
      'content-type': full ? 'application/json' : 'application/x-ndjson',
      connection: 'close',
    });
    if (full) {
      response.end(JSON.stringify({ error: `${followersMax} follow its events already.` }));
      return;
    }
    response.flushHeaders();
    this.#responses.add(response);
    response.once('close', () => this.#responses.delete(response));
  };

  /** `value` is only asked for when somebody follows. */
  readonly tell = (value: () => unknown): void => {
    if (this.#responses.size === 0) return;
    const line = `${JSON.stringify(value())}\n`;
    for (const response of this.#responses) {
      if (response.writableLength > unreadBytesMax) response.destroy();
      else response.write(line);
    }
  };
}
