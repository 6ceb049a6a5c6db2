import { frameBytesMax } from '../../../src/protocol/http2/constants.ts';
import type { Limits } from '../../../src/protocol/http2/core.ts';
import { Http2Session } from '../../../src/protocol/http2/session.ts';
import type { Http2Stream } from '../../../src/protocol/http2/stream.ts';
import { fieldsOf, linesOf } from './bench.ts';
import { type Frame, framesOf } from './frames.ts';

/** What one end of a stream has sent and heard. */
export type End = {
  readonly stream: Http2Stream;
  sent: string;
  sentEnd: 'no' | 'data' | 'trailers' | 'reset';
  heard: string;
  heardEnd: 'no' | 'data' | 'trailers' | 'reset';
  head: string | undefined;
  /** Octets that came and were not released. */
  held: number;
  told: number;
};

/** One of two sessions, with the ends of its streams by the name of the request. */
export type Side = {
  readonly session: Http2Session;
  readonly ends: Map<string, End>;
  readonly faults: string[];
  over: boolean;
};

export const limits: Limits = {
  streamWindow: 40_000,
  connectionWindow: 70_000,
  streams: 3,
  fieldBytes: 4000,
  fields: 50,
};

/** The name of a request is its path. */
const nameOf = (text: string): string => /:path=\/(\S*)/.exec(text)?.[1] ?? '';

export const follow = (side: Side, stream: Http2Stream): End => {
  const end: End = {
    ...{ stream, sent: '', sentEnd: 'no', heard: '', heardEnd: 'no' },
    ...{ head: undefined, held: 0, told: 0 },
  };
  const ends = (how: End['heardEnd']): void => {
    if (end.heardEnd !== 'no' && how !== 'reset') side.faults.push(`ended twice: ${how}`);
    end.heardEnd = how;
  };
  stream.events = {
    head: (fields, endStream) => {
      end.head = linesOf(fields);
      if (endStream) ends('data');
    },
    data: (bytes, endStream) => {
      end.heard += bytes.toString('latin1');
      end.held += bytes.length;
      if (endStream) ends('data');
    },
    trailers: (fields) => {
      end.heard += `|${linesOf(fields)}`;
      ends('trailers');
    },
    reset: () => {
      if (end.sentEnd !== 'reset') ends('reset');
    },
    sent: (octets) => {
      end.told += octets;
    },
  };
  return end;
};

export const openSide = (role: 'client' | 'server'): Side => {
  const session = new Http2Session(role, limits, {
    wake: () => {},
    request: (stream, fields, endStream) => {
      const end = follow(side, stream);
      end.head = linesOf(fields);
      if (endStream) end.heardEnd = 'data';
      side.ends.set(nameOf(end.head), end);
    },
    oversized: () => side.faults.push('oversized'),
    settings: () => {},
    goaway: () => {},
    streamClosed: () => {},
    over: (fault) => {
      side.over = true;
      if (fault !== undefined) side.faults.push(fault.message);
    },
  });
  const side: Side = { session, ends: new Map(), faults: [], over: false };
  return side;
};

export const sendRequest = (client: Side, name: string, endStream: boolean): void => {
  const stream = client.session.request('POST');
  if (stream === undefined) return;
  const end = follow(client, stream);
  client.ends.set(name, end);
  stream.sendHead(fieldsOf(':method=POST', ':scheme=http', `:path=/${name}`), endStream);
  if (endStream) end.sentEnd = 'data';
};

export const outputOf = ({ session }: Side): Buffer =>
  Buffer.concat(session.takeOutput().map(({ bytes }) => bytes));

/** Bytes between two sides that have settled, with the windows counted from what passes. */
export class Pipe {
  readonly faults: string[] = [];
  /** The direction whose windows this one's frames widen: when they are sent, so never too late. */
  other: Pipe | undefined;
  private readonly from: Side;
  private readonly to: Side;
  private readonly windows = new Map<number, number>();
  private waiting: Buffer = Buffer.alloc(0);

  constructor(from: Side, to: Side) {
    this.from = from;
    this.to = to;
    this.windows.set(0, 65_535);
  }

  /** Takes what `from` says; gives `to` so many octets of it in pieces of that size. */
  move(octets: number, piece: number): void {
    const bytes = outputOf(this.from);
    for (const frame of framesOf(bytes)) this.check(frame);
    this.waiting = Buffer.concat([this.waiting, bytes]);
    const end = Math.min(octets, this.waiting.length);
    for (let at = 0; at < end; at += piece) {
      this.to.session.take(Buffer.from(this.waiting.subarray(at, Math.min(at + piece, end))));
    }
    this.waiting = this.waiting.subarray(end);
  }

  private widen(stream: number, octets: number): void {
    const window = (this.windows.get(stream) ?? limits.streamWindow) + octets;
    this.windows.set(stream, window);
    if (window < 0) this.faults.push(`the window of ${stream} was exceeded`);
  }

  private check({ type, stream, payload }: Frame): void {
    if (payload.length > frameBytesMax) this.faults.push('a frame that is too large');
    if (type === 8) this.other?.widen(stream, payload.readUInt32BE(0));
    if (type !== 0) return;
    this.widen(0, -payload.length);
    this.widen(stream, -payload.length);
  }
}
