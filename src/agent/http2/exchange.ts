import { errorCode } from '../../protocol/http2/constants.ts';
import { Field } from '../../protocol/http2/hpack/field.ts';
import type { Http2Stream, StreamEvents } from '../../protocol/http2/stream.ts';
import type { PassReason } from '../../protocol/reports.ts';
import type { Verdict } from '../decide.ts';
import { admit, guardsOf } from '../guard.ts';
import { failOpen } from '../http1/fail-open.ts';
import { Answer } from './answer.ts';
import type { Laptop, OpenedLaptop } from './laptops.ts';
import { refuse } from './refusal.ts';
import { RequestBody } from './request-body.ts';

const { cancel, internalError, noError, refusedStream } = errorCode;

/** Where a request can go. */
export type Ways = {
  /** A stream to the pod; undefined when none can be had. */
  readonly pod: (method: string) => Http2Stream | undefined;
  /** Whether nothing has ever been sent to the pod. */
  readonly podUntouched: () => boolean;
  readonly laptop: (intercept: string) => Promise<OpenedLaptop>;
};

/** One request of a client and its answer, from wherever that comes. */
export class Exchange implements StreamEvents {
  private readonly client: Http2Stream;
  private readonly fields: readonly Field[];
  private readonly verdict: Verdict | undefined;
  private readonly ways: Ways;
  private readonly body: RequestBody;
  private answer: Answer | undefined;
  private servedBy: string | undefined;
  /** `admit` has let it go to the laptop and the load is not yet left. */
  private loading = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    client: Http2Stream,
    fields: readonly Field[],
    endStream: boolean,
    verdict: Verdict | undefined,
    ways: Ways,
  ) {
    this.client = client;
    this.fields = fields;
    this.verdict = verdict;
    this.ways = ways;
    this.body = new RequestBody(client, endStream, verdict !== undefined);
    client.events = this;
    if (verdict === undefined) this.toPod();
    else this.beginMatched(verdict);
  }

  head(): void {}

  data(bytes: Buffer, endStream: boolean): void {
    this.body.data(bytes, endStream);
    this.limitTime();
  }

  trailers(fields: readonly Field[]): void {
    this.body.trailers(fields);
    this.limitTime();
  }

  /** The caller has left, or was at fault for that reason. */
  reset(code: number, reason?: string): void {
    const fault = reason === undefined ? 'caller_left' : 'caller_invalid';
    if (this.loading) this.verdict?.counter.fail(fault);
    this.settle();
    this.leaveUpstream(code === noError ? cancel : code);
  }

  /** A part of the answer has gone to the caller. */
  sent(octets: number): void {
    this.answer?.from.release(octets);
  }

  private beginMatched(verdict: Verdict): void {
    verdict.counter.match();
    const obstacle = admit(verdict);
    if (obstacle === undefined) this.toLaptop(verdict);
    else this.unanswered(verdict, obstacle, false);
  }

  private toPod(): void {
    const pod = this.ways.pod(this.client.method);
    if (pod === undefined) {
      this.client.reset(refusedStream);
      return;
    }
    this.connect(pod, (code, reason) => this.podReset(code, reason));
  }

  private toLaptop(verdict: Verdict): void {
    const { counter, rule } = verdict;
    counter.divert();
    this.loading = true;
    this.servedBy = `${rule.name}@${rule.laptop}`;
    this.limitTime();
    void this.ways.laptop(rule.id).then((opened) => {
      if (!this.loading) return;
      if (opened.ok) this.sendToLaptop(verdict, opened.laptop);
      else this.unanswered(verdict, opened.reason, false);
    });
  }

  private sendToLaptop(verdict: Verdict, laptop: Laptop): void {
    const upstream = laptop.request(this.client.method);
    if (upstream === undefined) this.unanswered(verdict, 'local_closed', false);
    else this.connect(upstream, (code, reason) => this.laptopReset(verdict, laptop, code, reason));
  }

  private connect(upstream: Http2Stream, lost: (code: number, reason?: string) => void): void {
    const answer = new Answer(this.client, upstream, {
      begins: (fields) => this.answerBegins(fields),
      whole: () => this.answerWhole(),
      lost,
      sent: (octets) => this.body.sent(octets),
    });
    this.answer = answer;
    upstream.events = answer;
    this.body.sendTo(upstream, this.fields);
  }

  private answerBegins(fields: readonly Field[]): readonly Field[] {
    this.body.forget();
    clearTimeout(this.timer);
    const { servedBy } = this;
    if (servedBy === undefined) return fields;
    return [...fields, new Field('x-byway-served-by', servedBy, 'plain')];
  }

  private answerWhole(): void {
    if (this.loading) this.verdict?.counter.answer();
    this.settle();
  }

  private podReset(code: number, reason: string | undefined): void {
    const { answer, client } = this;
    if (answer?.isWhole === true) client.stop();
    else if (reason !== undefined && answer?.begun === false) this.invalid(reason, false);
    else if (this.ways.podUntouched()) client.reset(refusedStream);
    else client.reset(code === noError ? internalError : code);
  }

  private laptopReset(verdict: Verdict, laptop: Laptop, code: number, reason?: string): void {
    const { answer, client } = this;
    if (answer?.isWhole === true) {
      client.stop();
      return;
    }
    const loss = laptop.loss();
    if (answer?.begun === true) this.breakOff(verdict, loss?.reason ?? 'local_closed', code);
    else if (reason !== undefined && loss === undefined) this.invalid(reason, true);
    else if (code === refusedStream) this.unanswered(verdict, 'local_closed', false);
    else if (loss !== undefined) this.unanswered(verdict, loss.reason, loss.written);
    else this.breakOff(verdict, 'local_closed', code);
  }

  // What the app itself does to a stream is done to the client likewise.
  private breakOff({ counter }: Verdict, reason: PassReason, code: number): void {
    this.settle();
    counter.fail(reason);
    this.client.reset(code === noError ? internalError : code);
  }

  private unanswered(verdict: Verdict, reason: PassReason, written: boolean): void {
    this.settle();
    this.leaveUpstream(cancel);
    const { method } = this.client;
    const kept = this.body.isWhole ? Buffer.alloc(0) : undefined;
    const { refusal } = failOpen({ exchange: { method, verdict }, reason, kept, written });
    if (refusal !== undefined) {
      verdict.counter.fail(reason);
      this.body.drop();
      refuse(this.client, this.fields, refusal);
      return;
    }
    verdict.counter.pass(reason);
    this.servedBy = `pod; reason=${reason}`;
    this.toPod();
  }

  private invalid(reason: string, fromLaptop: boolean): void {
    this.settle();
    if (fromLaptop) this.verdict?.counter.fail('local_invalid');
    const where = fromLaptop ? 'the laptop' : 'the service';
    this.body.drop();
    refuse(this.client, this.fields, {
      status: 502,
      reason: `the answer of ${where} is not valid HTTP/2: ${reason}`,
      ...(fromLaptop ? { error: 'local_invalid' } : {}),
    });
  }

  // Begins anew with each part of the request, so that it measures the app and not the caller.
  private limitTime(): void {
    const { verdict } = this;
    if (verdict === undefined || !this.loading || this.answer?.begun === true) return;
    const { localTimeoutMs, whenSlow } = guardsOf(verdict.rule);
    if (localTimeoutMs === undefined || whenSlow === undefined || whenSlow === 'wait') return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.unanswered(verdict, 'local_slow', this.answer !== undefined);
    }, localTimeoutMs);
  }

  private leaveUpstream(code: number): void {
    const { answer } = this;
    this.answer = undefined;
    this.body.leave();
    answer?.from.reset(code);
  }

  private settle(): void {
    clearTimeout(this.timer);
    if (!this.loading) return;
    this.loading = false;
    this.verdict?.load.leave();
  }
}
