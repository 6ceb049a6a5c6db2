import { type BodyReader, readBody } from '../../protocol/http1/body.ts';
import { HttpFault } from '../../protocol/http1/fault.ts';
import { type RequestHead, readRequestHead } from '../../protocol/http1/request-head.ts';
import { readResponseHead } from '../../protocol/http1/response-head.ts';
import { pipelinedRequestsMax } from '../../protocol/limits.ts';

/** One request that passed, when its answer began. */
export type Observation = {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** From the end of the request's head to the end of the answer's head. */
  readonly milliseconds: number;
  /** The request's head, a copy; undefined where it is not read as HTTP/1. */
  readonly head?: Buffer;
};

/** `unknown`: not HTTP/1, or no longer. */
export type ExchangeState = 'idle' | 'busy' | 'unknown';

type Waiting = { readonly head: RequestHead; readonly since: number };

/**
 * Reads along one connection, bytes of both directions as they pass, and tells of each answer. It
 * never changes, holds or refuses a byte; at the first thing that is not HTTP/1 it looks away for
 * good. Buffers at most one incomplete head or chunk line for each direction.
 */
export class Observer {
  private readonly tell: (observation: Observation) => void;
  private readonly waiting: Waiting[] = [];
  private readonly requests = new Direction((bytes) => this.readRequest(bytes));
  private readonly answers = new Direction((bytes) => this.readAnswer(bytes));
  private lost = false;

  constructor(tell: (observation: Observation) => void) {
    this.tell = tell;
  }

  /** Whether each request so far has its whole answer, so that the connection could end here. */
  get state(): ExchangeState {
    if (this.lost) return 'unknown';
    const quiet = this.waiting.length === 0 && this.requests.atStart && this.answers.atStart;
    return quiet ? 'idle' : 'busy';
  }

  readonly toApp = (bytes: Buffer): void => this.follow(this.requests, bytes);

  readonly fromApp = (bytes: Buffer): void => this.follow(this.answers, bytes);

  private follow(direction: Direction, bytes: Buffer): void {
    if (this.lost) return;
    try {
      direction.take(bytes);
    } catch (error) {
      if (!(error instanceof HttpFault)) throw error;
      this.lookAway();
    }
  }

  private readRequest(bytes: Buffer): Message | undefined {
    const head = readRequestHead(bytes);
    if (head === undefined) return undefined;
    if (this.waiting.length >= pipelinedRequestsMax) throw new HttpFault('too many requests');
    this.waiting.push({ head, since: performance.now() });
    return { octets: head.bytes.length, body: readBody(head.framing) };
  }

  private readAnswer(bytes: Buffer): Message | undefined {
    const [next] = this.waiting;
    if (next === undefined) throw new HttpFault('an answer that nobody asked for');
    const { head, since } = next;
    const answer = readResponseHead(bytes, head.method);
    if (answer === undefined) return undefined;
    if (!answer.interim) {
      this.waiting.shift();
      const milliseconds = performance.now() - since;
      this.tell({
        method: head.method,
        path: head.target,
        status: answer.status,
        milliseconds,
        head: Buffer.from(head.bytes),
      });
    }
    if (head.switches && (answer.status === 101 || head.method === 'CONNECT')) {
      throw new HttpFault('the connection is no longer HTTP');
    }
    return { octets: answer.bytes.length, body: readBody(answer.framing) };
  }

  private lookAway(): void {
    this.lost = true;
    this.waiting.length = 0;
    this.requests.forget();
    this.answers.forget();
  }
}

type Message = { readonly octets: number; readonly body: BodyReader };

/** The messages of one direction, whatever the pieces they come in. */
class Direction {
  private readonly readHead: (bytes: Buffer) => Message | undefined;
  private rest: Buffer = Buffer.alloc(0);
  private body: BodyReader | undefined;

  constructor(readHead: (bytes: Buffer) => Message | undefined) {
    this.readHead = readHead;
  }

  get atStart(): boolean {
    return this.body === undefined && this.rest.length === 0;
  }

  take(bytes: Buffer): void {
    const all = this.rest.length === 0 ? bytes : Buffer.concat([this.rest, bytes]);
    let at = 0;
    for (;;) {
      if (this.body === undefined) {
        const message = at === all.length ? undefined : this.readHead(all.subarray(at));
        if (message === undefined) break;
        at += message.octets;
        this.body = message.body;
      }
      if (!this.body.done()) at = this.body.take(all, at);
      if (!this.body.done()) break;
      this.body = undefined;
    }
    this.rest = Buffer.from(all.subarray(at));
  }

  forget(): void {
    this.rest = Buffer.alloc(0);
    this.body = undefined;
  }
}
