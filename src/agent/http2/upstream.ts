import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  type OutgoingHttpHeaders,
  type Settings,
} from 'node:http2';
import type { Duplex } from 'node:stream';
import { sessionOptions } from './limits.ts';

const lost = (): Error => new Error('The connection is lost.');

/** A connection as a client of HTTP/2: to the pod or to the local app, for one client connection. */
export class Upstream {
  readonly session: ClientHttp2Session;
  /** Streams that are open. */
  readonly streams: Set<ClientHttp2Stream> = new Set();
  /** It never had a request. */
  isUnused = true;

  constructor(connection: Duplex, settings: Settings) {
    this.session = connect('http://upstream', {
      ...sessionOptions,
      settings,
      createConnection: () => connection,
    });
    // Told by the connection's end and close, which whoever gave it watches.
    this.session.on('error', () => {});
  }

  /** Sends a request's head. Throws when Node refuses it. */
  request(head: OutgoingHttpHeaders, endStream: boolean): ClientHttp2Stream {
    this.isUnused = false;
    const stream = this.session.request(head, { endStream, waitForTrailers: !endStream });
    stream.on('error', () => {}); // Told by close and rstCode.
    this.streams.add(stream);
    stream.once('close', () => this.streams.delete(stream));
    return stream;
  }

  /** Its other side sends no more: what is not complete by now never will be. */
  readonly ended = (): void => {
    for (const stream of this.streams) if (!stream.closed) stream.destroy(lost());
    this.close();
  };

  /**
   * The connection broke. With an error, streams close with INTERNAL_ERROR; without one they would
   * also emit `end`, and half an answer would pass for a whole one.
   */
  readonly broke = (): void => {
    this.session.destroy(lost());
  };

  /** Takes nothing new, and ends when what runs is done. */
  readonly close = (): void => {
    if (!this.session.destroyed) this.session.close();
  };

  /** Ends with all that is open. */
  readonly abort = (): void => {
    this.session.destroy();
  };
}
