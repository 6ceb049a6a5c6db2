import { trailerBytesMax } from '../limits.ts';
import { readChunkLine } from './chunk-line.ts';
import { HttpFault } from './fault.ts';
import { Fields, fieldName, scanFields } from './fields.ts';
import type { Framing } from './framing.ts';
import { carriageReturn, lineFeed } from './octets.ts';

/** Follows one body through the bytes of its connection. */
export type BodyReader = {
  /**
   * Reads from `start` and returns the index up to which the bytes may be forwarded. What lies
   * behind it is either the next message (when `done`) or the verified-not-yet start of a line:
   * the caller keeps it and calls again with more behind it. Throws `HttpFault`.
   */
  readonly take: (bytes: Buffer, start: number) => number;
  readonly done: () => boolean;
};

/** Told of each piece of a body's content, without its framing: `bytes` from `start` to `end`. */
export type BodySink = (bytes: Buffer, start: number, end: number) => void;

/** A reader for a body with that framing; for `close` it is never done. */
export const readBody = (framing: Framing, sink?: BodySink): BodyReader => {
  if (framing.kind === 'chunked') return new ChunkedBody(sink);
  if (framing.kind === 'close') return sink === undefined ? endless : endlessInto(sink);
  return framing.kind === 'length' ? new LengthBody(framing.octets, sink) : none;
};

const none: BodyReader = { take: (_, start) => start, done: () => true };

const endless: BodyReader = { take: (bytes) => bytes.length, done: () => false };

const endlessInto = (sink: BodySink): BodyReader => ({
  take: (bytes, start) => {
    sink(bytes, start, bytes.length);
    return bytes.length;
  },
  done: () => false,
});

class LengthBody implements BodyReader {
  private rest: number;
  private readonly sink: BodySink | undefined;

  constructor(octets: number, sink: BodySink | undefined) {
    this.rest = octets;
    this.sink = sink;
  }

  take(bytes: Buffer, start: number): number {
    const taken = Math.min(this.rest, bytes.length - start);
    this.rest -= taken;
    if (taken > 0) this.sink?.(bytes, start, start + taken);
    return start + taken;
  }

  done(): boolean {
    return this.rest === 0;
  }
}

// A request's next reader could take these from a trailer section for those of the head.
const forbiddenTrailers = [
  'content-length',
  'transfer-encoding',
  'host',
  'connection',
  'x-byway-id',
  'baggage',
].map(fieldName);

class ChunkedBody implements BodyReader {
  private state: 'size' | 'data' | 'data-end' | 'trailers' | 'done' = 'size';
  private rest = 0;
  // Where the last chunk's line starts counts too: it goes out together with the trailers.
  private lastLineLength = 0;
  private readonly sink: BodySink | undefined;

  constructor(sink: BodySink | undefined) {
    this.sink = sink;
  }

  readonly done = (): boolean => this.state === 'done';

  readonly take = (bytes: Buffer, start: number): number => {
    let at = start;
    for (;;) {
      const next = this.step(bytes, at);
      if (next === undefined) return at;
      at = next;
      if (this.state === 'done') return at;
    }
  };

  // The index after the next verified piece, or undefined when it isn't there yet.
  private step(bytes: Buffer, at: number): number | undefined {
    if (this.state === 'size') return this.size(bytes, at);
    if (this.state === 'data') return this.data(bytes, at);
    if (this.state === 'data-end') return this.dataEnd(bytes, at);
    return this.trailers(bytes, at);
  }

  private size(bytes: Buffer, at: number): number | undefined {
    const line = readChunkLine(bytes, at);
    if (line === undefined) return undefined;
    this.rest = line.size;
    if (line.size > 0) {
      this.state = 'data';
      return line.end;
    }
    this.state = 'trailers';
    this.lastLineLength = line.end - at;
    return this.trailers(bytes, at);
  }

  private data(bytes: Buffer, at: number): number | undefined {
    const taken = Math.min(this.rest, bytes.length - at);
    if (taken === 0) return undefined;
    this.rest -= taken;
    this.sink?.(bytes, at, at + taken);
    if (this.rest === 0) this.state = 'data-end';
    return at + taken;
  }

  private dataEnd(bytes: Buffer, at: number): number | undefined {
    if (at < bytes.length && bytes[at] !== carriageReturn)
      throw new HttpFault('chunk without CRLF');
    if (at + 1 >= bytes.length) return undefined;
    if (bytes[at + 1] !== lineFeed) throw new HttpFault('chunk without CRLF');
    this.state = 'size';
    return at + 2;
  }

  // `at` is where the last chunk's line starts, so that it is never forwarded without its trailers.
  private trailers(bytes: Buffer, at: number): number | undefined {
    const start = at + this.lastLineLength;
    const fields = new Fields(bytes);
    const end = scanFields(fields, start);
    const length = (end === -1 ? bytes.length : end) - start;
    if (length > trailerBytesMax) throw new HttpFault('trailer section too long', 431);
    if (end === -1) return undefined;
    for (const name of forbiddenTrailers) {
      if (fields.linesOf(name) > 0) throw new HttpFault(`${name.text} in a trailer section`);
    }
    this.state = 'done';
    return end;
  }
}
