import {
  type ClientHttp2Stream,
  constants,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import { outgoing, type RawFields } from './fields.ts';
import { respond } from './respond.ts';

const { NGHTTP2_FLAG_END_STREAM } = constants;

export type AnswerOwner = {
  /** Fields to add to the final answer. */
  readonly marks: () => OutgoingHttpHeaders;
  /** The final answer's head goes to the client. */
  readonly started: () => void;
  /** Its head can't be sent on; nothing of it was. */
  readonly invalid: (from: ClientHttp2Stream, reason: string) => void;
};

/** The answer to one request: interim heads, head, body and trailers, as they come. */
export class Answer {
  /** Its last part was handed to the client's stream. */
  whole = false;
  private readonly client: ServerHttp2Stream;
  private readonly owner: AnswerOwner;
  private from: ClientHttp2Stream | undefined;
  private trailers: OutgoingHttpHeaders = {};

  constructor(client: ServerHttp2Stream, owner: AnswerOwner) {
    this.client = client;
    this.owner = owner;
    client.on('drain', () => this.from?.resume());
    // Until this is answered Node keeps END_STREAM back, so half an answer never looks whole.
    client.on('wantTrailers', () => client.sendTrailers(this.trailers));
  }

  takeFrom(from: ClientHttp2Stream): void {
    const { client } = this;
    this.from = from;
    from.on('headers', (headers: IncomingHttpHeaders, _flags: number, raw: RawFields) => {
      if (!isGone(client) && !client.headersSent) client.additionalHeaders(outgoing(raw, headers));
    });
    from.on('response', (headers: IncomingHttpHeaders, flags: number, raw: RawFields) => {
      this.start(from, outgoing(raw, headers), (flags & NGHTTP2_FLAG_END_STREAM) !== 0);
    });
    from.on('trailers', (headers: IncomingHttpHeaders, _flags: number, raw: RawFields) => {
      this.trailers = outgoing(raw, headers);
    });
    from.on('end', () => {
      if (from.destroyed || from.rstCode !== constants.NGHTTP2_NO_ERROR || !client.headersSent)
        return;
      this.whole = true;
      if (!client.writableEnded) client.end();
    });
  }

  private start(from: ClientHttp2Stream, head: OutgoingHttpHeaders, endStream: boolean): void {
    const { client, owner } = this;
    if (isGone(client) || client.headersSent) return;
    owner.started();
    const options = { endStream, waitForTrailers: !endStream };
    try {
      respond(client, Object.assign(head, owner.marks()), options);
    } catch (error) {
      owner.invalid(from, error instanceof Error ? error.message : String(error));
      return;
    }
    // Not before: over a tunnel Node may tell of data earlier than of the head before it.
    from.on('data', (bytes: Buffer) => {
      if (!isGone(client) && !client.write(bytes)) from.pause();
    });
  }
}

const isGone = (stream: ServerHttp2Stream): boolean => stream.closed || stream.destroyed;
