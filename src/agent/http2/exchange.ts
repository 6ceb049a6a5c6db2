import {
  type ClientHttp2Stream,
  constants,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import type { PassReason } from '../../protocol/reports.ts';
import type { Verdict } from '../decide.ts';
import { admit, guardsOf } from '../guard.ts';
import { failOpen } from '../http1/fail-open.ts';
import { Answer } from './answer.ts';
import { outgoing, type RawFields } from './fields.ts';
import type { Laptop, OpenedLaptop } from './laptops.ts';
import { refuse, stopRequest } from './refusal.ts';
import { RequestBody } from './request-body.ts';

const { NGHTTP2_CANCEL, NGHTTP2_INTERNAL_ERROR, NGHTTP2_NO_ERROR, NGHTTP2_REFUSED_STREAM } =
  constants;

/** One request's head as it came. */
export type StreamHead = {
  readonly headers: IncomingHttpHeaders;
  readonly raw: RawFields;
  /** Neither body nor trailers follow. */
  readonly endStream: boolean;
};

/** Where a request can go. */
export type Ways = {
  /** Sends a head to the pod. Throws when it can't be sent. */
  readonly pod: (head: OutgoingHttpHeaders, endStream: boolean) => ClientHttp2Stream;
  /** Whether nothing has ever been sent to the pod. */
  readonly podUntouched: () => boolean;
  readonly laptop: (intercept: string) => Promise<OpenedLaptop>;
};

/** One request of a client and its answer, from wherever that comes. */
export class Exchange {
  private readonly client: ServerHttp2Stream;
  private readonly head: StreamHead;
  private readonly verdict: Verdict | undefined;
  private readonly ways: Ways;
  private readonly body: RequestBody;
  private readonly answer: Answer;
  private upstream: ClientHttp2Stream | undefined;
  private servedBy: string | undefined;
  private answering = false;
  /** `admit` has let it go to the laptop and the load is not yet left. */
  private loading = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    client: ServerHttp2Stream,
    head: StreamHead,
    verdict: Verdict | undefined,
    ways: Ways,
  ) {
    this.client = client;
    this.head = head;
    this.verdict = verdict;
    this.ways = ways;
    this.body = new RequestBody(client, () => this.limitTime());
    this.answer = new Answer(client, {
      marks: () => (this.servedBy === undefined ? {} : { 'x-byway-served-by': this.servedBy }),
      started: () => this.answerStarted(),
      invalid: (from, reason) => this.invalid(from, reason),
    });
    client.on('error', () => {}); // Told by close and rstCode.
    client.once('close', () => this.clientClosed());
    if (verdict === undefined) {
      this.body.forget();
      this.toPod();
    } else this.beginMatched(verdict);
  }

  private beginMatched(verdict: Verdict): void {
    verdict.counter.match();
    const obstacle = admit(verdict);
    if (obstacle === undefined) this.toLaptop(verdict);
    else this.unanswered(verdict, obstacle, false);
  }

  private toPod(): void {
    try {
      this.connect(this.ways.pod(outgoing(this.head.raw, this.head.headers), this.head.endStream));
    } catch {
      // Node says so of fields that must not be sent on, and of a connection that is ending.
      this.client.close(NGHTTP2_REFUSED_STREAM);
      return;
    }
    const { upstream } = this;
    upstream?.once('close', () => this.podClosed(upstream));
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
    const { headers, raw, endStream } = this.head;
    let upstream: ClientHttp2Stream;
    try {
      upstream = laptop.request(outgoing(raw, headers), endStream);
    } catch {
      this.unanswered(verdict, 'local_closed', false);
      return;
    }
    this.connect(upstream);
    upstream.once('close', () => this.laptopClosed(verdict, laptop, upstream));
  }

  private connect(upstream: ClientHttp2Stream): void {
    this.upstream = upstream;
    this.answer.takeFrom(upstream);
    this.body.sendTo(upstream);
  }

  private answerStarted(): void {
    this.answering = true;
    this.body.forget();
    clearTimeout(this.timer);
  }

  private podClosed(upstream: ClientHttp2Stream): void {
    if (this.upstream !== upstream) return;
    if (this.answer.whole) stopRequest(this.client);
    else if (!this.client.closed) this.client.close(this.podCode(upstream));
  }

  private podCode({ rstCode }: ClientHttp2Stream): number {
    if (this.ways.podUntouched()) return NGHTTP2_REFUSED_STREAM;
    return rstCode === NGHTTP2_NO_ERROR ? NGHTTP2_INTERNAL_ERROR : rstCode;
  }

  private laptopClosed(verdict: Verdict, laptop: Laptop, upstream: ClientHttp2Stream): void {
    if (this.upstream !== upstream || this.client.closed) return;
    if (this.answer.whole) {
      verdict.counter.answer();
      this.settle();
      stopRequest(this.client);
      return;
    }
    const { rstCode } = upstream;
    const loss = laptop.loss();
    if (this.answering) this.breakOff(verdict, loss?.reason ?? 'local_closed', rstCode);
    else if (rstCode === NGHTTP2_REFUSED_STREAM) this.unanswered(verdict, 'local_closed', false);
    else if (loss !== undefined) this.unanswered(verdict, loss.reason, loss.written);
    else this.breakOff(verdict, 'local_closed', rstCode);
  }

  // What the app itself does to a stream is done to the client likewise.
  private breakOff({ counter }: Verdict, reason: PassReason, rstCode: number): void {
    this.settle();
    counter.fail(reason);
    this.client.close(rstCode === NGHTTP2_NO_ERROR ? NGHTTP2_INTERNAL_ERROR : rstCode);
  }

  private unanswered(verdict: Verdict, reason: PassReason, written: boolean): void {
    this.settle();
    this.leaveUpstream(NGHTTP2_CANCEL);
    const method = String(this.head.headers[':method']);
    const kept = this.body.isWhole ? Buffer.alloc(0) : undefined;
    const { refusal } = failOpen({ exchange: { method, verdict }, reason, kept, written });
    if (refusal !== undefined) {
      verdict.counter.fail(reason);
      this.body.drop();
      refuse(this.client, this.head.raw, refusal);
      return;
    }
    verdict.counter.pass(reason);
    this.servedBy = `pod; reason=${reason}`;
    this.toPod();
  }

  private invalid(from: ClientHttp2Stream, reason: string): void {
    this.leaveUpstream(NGHTTP2_CANCEL);
    from.close(NGHTTP2_CANCEL);
    const fromLaptop = this.loading;
    this.settle();
    if (fromLaptop) this.verdict?.counter.fail('local_invalid');
    const where = fromLaptop ? 'the laptop' : 'the service';
    this.body.drop();
    refuse(this.client, this.head.raw, {
      status: 502,
      reason: `the answer of ${where} can't be sent on: ${reason}`,
      ...(fromLaptop ? { error: 'local_invalid' } : {}),
    });
  }

  // Begins anew with each part of the request, so that it measures the app and not the caller.
  private limitTime(): void {
    const { verdict } = this;
    if (verdict === undefined || !this.loading || this.answering) return;
    const { localTimeoutMs, whenSlow } = guardsOf(verdict.rule);
    if (localTimeoutMs === undefined || whenSlow === undefined || whenSlow === 'wait') return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (!this.answering) this.unanswered(verdict, 'local_slow', this.upstream !== undefined);
    }, localTimeoutMs);
  }

  private clientClosed(): void {
    this.settle();
    if (this.answer.whole && this.body.ended) return;
    this.leaveUpstream(this.client.rstCode || NGHTTP2_CANCEL);
  }

  private leaveUpstream(code: number): void {
    const { upstream } = this;
    this.upstream = undefined;
    if (upstream !== undefined && !upstream.closed) upstream.close(code);
  }

  private settle(): void {
    clearTimeout(this.timer);
    if (!this.loading) return;
    this.loading = false;
    this.verdict?.load.leave();
  }
}
