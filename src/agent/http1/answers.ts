import { type BodyReader, readBody } from '../../protocol/http1/body.ts';
import { HttpFault } from '../../protocol/http1/fault.ts';
import { part } from '../../protocol/http1/fields.ts';
import { LastHead } from '../../protocol/http1/last-head.ts';
import { type ResponseHead, readResponseHead } from '../../protocol/http1/response-head.ts';
import { firstLineBytesMax } from '../../protocol/limits.ts';
import { withLines } from './edit-head.ts';
import type { Exchange } from './exchange.ts';

/** What becomes of the answers that an `AnswerReader` reads. */
export type AnswerOwner = {
  /** Verified bytes, in order, for the client. */
  readonly forward: (bytes: Buffer) => void;
  /** Field lines for the head of this final answer. */
  readonly marks: (exchange: Exchange) => readonly string[];
  /** The answer is complete; false when the server won't take another request. */
  readonly answered: (exchange: Exchange, persistent: boolean) => void;
  /** The connection changes its protocol; `rest` came behind the head. */
  readonly switched: (exchange: Exchange, rest: Buffer) => void;
  /** The answer must not be forwarded any further; no exchange: nobody had asked. */
  readonly faulty: (exchange: Exchange | undefined, reason: string) => void;
};

const nothing = Buffer.alloc(0);
const lineFeed = 0x0a;
const shortLineBytes = 64;

/** Reads the answers of one connection, in the order of the requests that were sent on it. */
export class AnswerReader {
  /** Some byte of the present exchange's final answer was forwarded. */
  started = false;
  private readonly owner: AnswerOwner;
  private readonly expected: Exchange[] = [];
  private readonly last: LastHead<ResponseHead> = new LastHead(readResponseHead);
  private pending: Buffer = nothing;
  private head: ResponseHead | undefined;
  private body: BodyReader | undefined;
  private stopped = false;

  constructor(owner: AnswerOwner) {
    this.owner = owner;
  }

  expect(exchange: Exchange): void {
    this.expected.push(exchange);
  }

  /** Bytes from the server. */
  take(bytes: Buffer): void {
    if (this.stopped) return;
    try {
      this.read(this.joined(bytes));
    } catch (error) {
      if (!(error instanceof HttpFault)) throw error;
      this.fail(error.message);
    }
  }

  /** The server has ended its side. True when that completed the present answer. */
  end(): boolean {
    const [exchange] = this.expected;
    if (this.stopped || exchange === undefined || this.head?.framing.kind !== 'close') return false;
    this.finish(exchange, false);
    return true;
  }

  private joined(bytes: Buffer): Buffer {
    const all = this.pending.length === 0 ? bytes : Buffer.concat([this.pending, bytes]);
    this.pending = nothing;
    return all;
  }

  private read(bytes: Buffer): void {
    let at = 0;
    while (at < bytes.length && !this.stopped) {
      const next = this.body === undefined ? this.readHead(bytes, at) : this.readBody(bytes, at);
      if (next === undefined) break;
      at = next;
    }
    if (!this.stopped && at < bytes.length) this.pending = Buffer.from(bytes.subarray(at));
  }

  private readHead(bytes: Buffer, at: number): number | undefined {
    const [exchange] = this.expected;
    if (exchange === undefined) {
      this.fail('an answer that nobody asked for');
      return undefined;
    }
    const { method } = exchange;
    const head = this.last.again(bytes, at, method) ?? this.readNewHead(bytes, at, method);
    if (head === undefined) return undefined;
    const end = at + head.length;
    if (head.interim) {
      this.owner.forward(part(bytes, at, end));
      return end;
    }
    if (head.status === 101 || (method === 'CONNECT' && head.status < 300)) {
      return this.switch(exchange, bytes.subarray(at, end), bytes.subarray(end));
    }
    return this.startBody(exchange, head, bytes, at);
  }

  private readNewHead(bytes: Buffer, at: number, method: string): ResponseHead | undefined {
    if (isPartOfLine(bytes, at)) return undefined;
    const head = readResponseHead(at === 0 ? bytes : bytes.subarray(at), method);
    if (head !== undefined) this.last.keep(bytes, at, head.length, method);
    return head;
  }

  // Head and body go out as one write when the head gains nothing.
  private startBody(
    exchange: Exchange,
    head: ResponseHead,
    bytes: Buffer,
    at: number,
  ): number | undefined {
    const headEnd = at + head.length;
    const body = readBody(head.framing);
    const end = body.take(bytes, headEnd);
    const marks = this.owner.marks(exchange);
    this.head = head;
    this.body = body;
    this.started = true;
    if (marks.length === 0) {
      this.owner.forward(part(bytes, at, end));
    } else {
      this.owner.forward(withLines(bytes.subarray(at, headEnd), marks));
      if (end > headEnd) this.owner.forward(bytes.subarray(headEnd, end));
    }
    if (body.done()) this.finish(exchange, head.persistent);
    return end;
  }

  private readBody(bytes: Buffer, at: number): number | undefined {
    const { body, head } = this;
    const [exchange] = this.expected;
    if (body === undefined || head === undefined || exchange === undefined) return undefined;
    const end = body.take(bytes, at);
    if (end > at) this.owner.forward(part(bytes, at, end));
    if (body.done()) this.finish(exchange, head.persistent);
    return end > at || body.done() ? end : undefined;
  }

  private finish(exchange: Exchange, persistent: boolean): void {
    this.expected.shift();
    this.head = undefined;
    this.body = undefined;
    this.started = false;
    this.owner.answered(exchange, persistent && exchange.persistent);
  }

  private switch(exchange: Exchange, head: Buffer, rest: Buffer): undefined {
    if (!exchange.switches) {
      this.fail('a change of protocol that nobody asked for');
      return;
    }
    this.stopped = true;
    this.owner.forward(withLines(head, this.owner.marks(exchange)));
    this.owner.switched(exchange, rest);
  }

  private fail(reason: string): void {
    this.stopped = true;
    this.owner.faulty(this.expected[0], reason);
  }
}

// Looking again at a line that is still incomplete is only worth it while it is short.
const isPartOfLine = (bytes: Buffer, at: number): boolean =>
  bytes.length - at > shortLineBytes &&
  bytes.length - at <= firstLineBytesMax &&
  bytes.indexOf(lineFeed, at) === -1;
