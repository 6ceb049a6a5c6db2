import { connectionPreface } from '../../../src/protocol/http2/constants.ts';
import type { Limits, Role } from '../../../src/protocol/http2/core.ts';
import { FieldDecoder } from '../../../src/protocol/http2/hpack/decoder.ts';
import { FieldEncoder } from '../../../src/protocol/http2/hpack/encoder.ts';
import { Field } from '../../../src/protocol/http2/hpack/field.ts';
import { Http2Session } from '../../../src/protocol/http2/session.ts';
import type { Http2Stream } from '../../../src/protocol/http2/stream.ts';
import { emptySettings, type Frame, frame, framesOf } from './frames.ts';

export const limits: Limits = {
  streamWindow: 65_535,
  connectionWindow: 1024 * 1024,
  streams: 100,
  fieldBytes: 65_536,
  fields: 261,
};

/** Lines of NAME=VALUE as fields. */
export const fieldsOf = (...lines: readonly string[]): readonly Field[] =>
  lines.map((line) => {
    const at = line.indexOf('=');
    return new Field(line.slice(0, at), line.slice(at + 1));
  });

export const linesOf = (fields: readonly Field[]): string =>
  fields.map(({ name, value }) => `${name}=${value}`).join(' ');

export const getRequest: readonly string[] = [
  ':method=GET',
  ':scheme=http',
  ':path=/',
  ':authority=a',
];
export const postRequest: readonly string[] = [':method=POST', ...getRequest.slice(1)];

/** A session whose peer is the test: frames go in as bytes, and what happens is written down. */
export class Bench {
  readonly session: Http2Session;
  /** What the owner was told, a line for each call. */
  readonly log: string[] = [];
  /** The streams of the peer's requests. */
  readonly accepted: Http2Stream[] = [];
  /** The fields of the last request. */
  fields: readonly Field[] = [];
  /** Octets of data that are released as soon as they come. */
  releases = true;
  private readonly encoder = new FieldEncoder();
  private readonly decoder = new FieldDecoder(4096);

  /** `settled`: the peer has said its preface and settings, and what was answered is forgotten. */
  constructor(role: Role, own: Partial<Limits> = {}, settled = true) {
    this.session = new Http2Session(
      role,
      { ...limits, ...own },
      {
        wake: () => {},
        request: (stream, fields, endStream) => {
          this.fields = fields;
          this.log.push(`request ${stream.id} ${linesOf(fields)}${endStream ? ' end' : ''}`);
          this.follow(stream);
        },
        oversized: (stream) => {
          this.log.push(`oversized ${stream.id}`);
          this.follow(stream);
        },
        settings: () => this.log.push('settings'),
        goaway: () => this.log.push('goaway'),
        streamClosed: () => {},
        over: (fault) =>
          this.log.push(`over ${fault?.code ?? ''} ${fault?.message ?? ''}`.trimEnd()),
      },
    );
    if (!settled) return;
    if (role === 'server') this.session.take(connectionPreface);
    this.take(emptySettings);
    this.output();
    this.log.length = 0;
  }

  /** All of it in one piece. */
  take(...frames: readonly Buffer[]): this {
    this.session.take(Buffer.concat(frames));
    return this;
  }

  /** The frames that the session has sent since the last call. */
  output(): readonly Frame[] {
    return framesOf(Buffer.concat(this.session.takeOutput().map(({ bytes }) => bytes)));
  }

  /** The same as lines: type, stream, and what matters of the payload. */
  said(): readonly string[] {
    return this.output().map((one) => this.describe(one));
  }

  /** What was written down since the last call. */
  heard(): readonly string[] {
    return this.log.splice(0);
  }

  headers(stream: number, lines: readonly string[], endStream = false): Buffer {
    const block = Buffer.from(this.encoder.encode(fieldsOf(...lines)));
    return frame(1, endStream ? 5 : 4, stream, block);
  }

  /** A stream of ours, its events written down. */
  request(...lines: readonly string[]): Http2Stream {
    const method = lines[0]?.replace(':method=', '') ?? 'GET';
    const stream = this.session.request(method);
    if (stream === undefined) throw new Error('no stream can be had');
    this.follow(stream);
    return stream;
  }

  private follow(stream: Http2Stream): void {
    const { log } = this;
    this.accepted.push(stream);
    stream.events = {
      head: (fields, endStream) =>
        log.push(`head ${stream.id} ${linesOf(fields)}${endStream ? ' end' : ''}`),
      data: (bytes, endStream) => {
        log.push(`data ${stream.id} ${bytes.toString('latin1')}${endStream ? ' end' : ''}`);
        if (this.releases) stream.release(bytes.length);
      },
      trailers: (fields) => log.push(`trailers ${stream.id} ${linesOf(fields)}`),
      reset: (code, reason) => log.push(`reset ${stream.id} ${code} ${reason ?? ''}`.trimEnd()),
      sent: (octets) => log.push(`sent ${stream.id} ${octets}`),
    };
  }

  private describe({ type, flags, stream, payload }: Frame): string {
    const end = (type === 0 || type === 1) && (flags & 1) !== 0 ? ' end' : '';
    if (type === 0) return `DATA ${stream} ${payload.length}${end}`;
    if (type === 1) {
      const fields = this.decoder.decode(payload, { bytes: 1e6, fields: 1000 }) ?? [];
      return `HEADERS ${stream} ${linesOf(fields)}${end}`;
    }
    if (type === 3) return `RST ${stream} ${payload.readUInt32BE(0)}`;
    if (type === 4) return `SETTINGS ${(flags & 1) !== 0 ? 'ack' : payload.toString('hex')}`;
    if (type === 6) return `PING ${(flags & 1) !== 0 ? 'ack ' : ''}${payload.toString('hex')}`;
    if (type === 7) return `GOAWAY ${payload.readUInt32BE(0)} ${payload.readUInt32BE(4)}`;
    if (type === 8) return `WINDOW ${stream} ${payload.readUInt32BE(0)}`;
    return `TYPE ${type} ${stream}`;
  }
}
