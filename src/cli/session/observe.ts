import { type BodyReader, readBody } from '../../protocol/http1/body.ts';
import { HttpFault } from '../../protocol/http1/fault.ts';
import { type RequestHead, readRequestHead } from '../../protocol/http1/request-head.ts';
import { readResponseHead } from '../../protocol/http1/response-head.ts';
import { pipelinedRequestsMax } from '../../protocol/limits.ts';
import type { Recording } from '../recorder/recording.ts';

/** One request that passed, when its answer began. */
export type Observation = {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** From the end of the request's head to the end of the answer's head. */
  readonly milliseconds: number;
  /** What records it, where it is recorded. */
  readonly recording?: Recording | undefined;
  /** The request's head, a copy; undefined where it is not read as HTTP/1. */
  readonly head?: Buffer;
};

/** Begins to record a request; undefined for one that isn't recorded. */
export type BeginRecording = (head: RequestHead) => Recording | undefined;

/** `unknown`: not HTTP/1, or no longer. */
export type ExchangeState = 'idle' | 'busy' | 'unknown';

type Waiting = {
  readonly method: string;
  readonly target: string;
  /** A copy: the head's own octets lie in memory that the next read overwrites. */
  readonly head: Buffer;
  readonly switches: boolean;
  readonly since: number;
  readonly recording: Recording | undefined;
};

/**
 * Reads along one connection, bytes of both directions as they pass, and tells of each answer. It
 * never changes, holds or refuses a byte; at the first thing that is not HTTP/1 it looks away for
 * good. Buffers at most one incomplete head or chunk line for each direction.
 */
export class Observer {
  private readonly tell: (observation: Observation) => void;
  private readonly begin: BeginRecording;
  private readonly waiting: Waiting[] = [];
  private readonly requests = new Direction((bytes) => this.readRequest(bytes));
  private readonly answers = new Direction((bytes) => this.readAnswer(bytes));
  /** Of the answer whose body passes now. */
  private answering: Recording | undefined;
  private lost = false;

  constructor(tell: (observation: Observation) => void, begin: BeginRecording = () => undefined) {
    this.tell = tell;
    this.begin = begin;
  }

  /** Whether each request so far has its whole answer, so that the connection could end here. */
  get state(): ExchangeState {
    if (this.lost) return 'unknown';
    const quiet = this.waiting.length === 0 && this.requests.atStart && this.answers.atStart;
    return quiet ? 'idle' : 'busy';
  }

  readonly toApp = (bytes: Buffer): void => this.follow(this.requests, bytes);

  readonly fromApp = (bytes: Buffer): void => this.follow(this.answers, bytes);

  /** Both directions are over: a body without a length is whole now, all else was broken off. */
  readonly closed = (appEnded: boolean): void => {
    const wholly = appEnded && this.answers.untilClose;
    this.answering?.end(wholly ? 'complete' : 'aborted');
    for (const { recording } of this.waiting) recording?.end('aborted');
  };

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
    const recording = this.begin(head);
    const { method, target, switches } = head;
    const since = performance.now();
    const copy = Buffer.from(head.bytes);
    this.waiting.push({ method, target, head: copy, switches, since, recording });
    return {
      octets: head.bytes.length,
      body: readBody(head.framing, recording?.requestBody),
      untilClose: false,
      ended: () => recording?.requestEnded(),
    };
  }

  private readAnswer(bytes: Buffer): Message | undefined {
    const [next] = this.waiting;
    if (next === undefined) throw new HttpFault('an answer that nobody asked for');
    const { method, target: path, head, switches, since, recording } = next;
    const answer = readResponseHead(bytes, method);
    if (answer === undefined) return undefined;
    if (!answer.interim) {
      this.waiting.shift();
      this.answering = recording;
      const milliseconds = performance.now() - since;
      recording?.answered(answer);
      this.tell({ method, path, status: answer.status, milliseconds, head, recording });
    }
    if (switches && (answer.status === 101 || method === 'CONNECT')) {
      recording?.end('upgraded');
      throw new HttpFault('the connection is no longer HTTP');
    }
    return {
      octets: answer.bytes.length,
      body: readBody(answer.framing, answer.interim ? undefined : recording?.answerBody),
      untilClose: answer.framing.kind === 'close',
      ended: () => {
        if (!answer.interim) recording?.end('complete');
      },
    };
  }

  private lookAway(): void {
    this.lost = true;
    this.answering?.end('unreadable');
    for (const { recording } of this.waiting) recording?.end('unreadable');
    this.waiting.length = 0;
    this.requests.forget();
    this.answers.forget();
  }
}

type Message = {
  readonly octets: number;
  readonly body: BodyReader;
  /** Its body ends with the connection. */
  readonly untilClose: boolean;
  readonly ended: () => void;
};

/** The messages of one direction, whatever the pieces they come in. */
class Direction {
  private readonly readHead: (bytes: Buffer) => Message | undefined;
  private rest: Buffer = Buffer.alloc(0);
  private message: Message | undefined;

  constructor(readHead: (bytes: Buffer) => Message | undefined) {
    this.readHead = readHead;
  }

  get atStart(): boolean {
    return this.message === undefined && this.rest.length === 0;
  }

  get untilClose(): boolean {
    return this.message?.untilClose === true;
  }

  take(bytes: Buffer): void {
    const all = this.rest.length === 0 ? bytes : Buffer.concat([this.rest, bytes]);
    let at = 0;
    for (;;) {
      if (this.message === undefined) {
        const message = at === all.length ? undefined : this.readHead(all.subarray(at));
        if (message === undefined) break;
        at += message.octets;
        this.message = message;
      }
      const { body, ended } = this.message;
      if (!body.done()) at = body.take(all, at);
      if (!body.done()) break;
      ended();
      this.message = undefined;
    }
    this.rest = Buffer.from(all.subarray(at));
  }

  forget(): void {
    this.rest = Buffer.alloc(0);
    this.message = undefined;
  }
}
