import type { Wire } from '../../base/wire/wire.ts';
import type { HttpFault } from '../../protocol/http1/fault.ts';
import type { RequestHead } from '../../protocol/http1/request-head.ts';
import { pipelinedRequestsMax } from '../../protocol/limits.ts';
import type { Verdict } from '../decide.ts';
import { admit } from '../guard.ts';
import { splice } from '../splice.ts';
import { Detour } from './detour.ts';
import { forwarded, noLines } from './edit-head.ts';
import { type Exchange, exchangeOf } from './exchange.ts';
import { failOpen } from './fail-open.ts';
import { LaptopLeg, type LaptopLegOwner, type Unanswered } from './laptop-leg.ts';
import type { Leg, LegOwner } from './leg.ts';
import { PodLeg } from './pod-leg.ts';
import { invalidAnswer, type Refusal, refusalBytes } from './refusal.ts';
import { RequestReader } from './requests.ts';
import type { Http1Services } from './services.ts';

/**
 * One client connection that speaks HTTP/1: reads its requests, decides each, sends it to the pod
 * or the laptop, and brings the answers back in order. `closed` is called once, at the end.
 */
export class Http1Connection {
  private readonly client: Wire;
  private readonly services: Http1Services;
  private readonly closed: () => void;
  private readonly requests: RequestReader;
  private readonly owner: LegOwner;
  private laptopOwner: LaptopLegOwner | undefined;
  /** Requests whose answers are not complete, oldest first. */
  private readonly waiting: Exchange[] = [];
  private pod: PodLeg | undefined;
  private laptop: LaptopLeg | undefined;
  /** Where the present request's body goes. */
  private leg: Leg | undefined;
  /** An answer of ours that waits for the answers before it. */
  private refusal: Refusal | undefined;
  private clientEnded = false;
  /** No request is begun any more: one said that it is the last, or its answer will say so. */
  private lastBegun = false;
  private closing = false;
  private ending = false;
  private readonly detour = new Detour();
  /** The verdict on a request that waits for the answers before it. */
  private held: Verdict | undefined;

  constructor(services: Http1Services, client: Wire, pod: Wire | undefined, closed: () => void) {
    this.services = services;
    this.client = client;
    this.closed = closed;
    this.owner = {
      toClient: (bytes) => this.client.write(bytes),
      marks: (exchange) => this.marks(exchange),
      answered: (exchange, last) => this.answered(exchange, last),
      switched: (exchange, wire, rest) => this.switched(exchange, wire, rest),
      broken: (exchange, reason, started) => this.broken(exchange, reason, started),
      room: () => {
        if (!this.requests.waiting) this.client.resume();
      },
    };
    this.requests = new RequestReader({
      ready: () => this.ready(),
      begin: (head, bytes) => this.begin(head, bytes),
      more: (bytes) => this.flow(this.leg?.send(bytes) ?? true),
      complete: () => this.leg?.complete(),
      faulty: (fault, begun) => this.faulty(fault, begun),
    });
    client.handler = {
      bytes: (bytes) => this.take(bytes),
      end: () => this.clientHasEnded(),
      drain: () => {
        this.pod?.resume();
        this.laptop?.resume();
      },
      closed: (clean) => this.clientGone(clean),
    };
    if (pod !== undefined) this.pod = this.podOn(pod);
  }

  /** Bytes from the client. */
  readonly take = (bytes: Buffer): void => {
    this.requests.take(bytes);
    // Nothing is read that could not be looked at, so a client that pipelines without end waits.
    // After our end they get no answer, and a client that isn't read is never seen to end.
    if (this.requests.waiting && this.client.isEnded) this.finish();
    else if (this.requests.waiting) this.client.pause();
  };

  /** Ends the connection if it is idle; otherwise after the answer that is under way. */
  readonly drain = (): void => {
    if (this.waiting.length === 0 && !this.requests.incomplete) this.finish();
  };

  /** Refuses a head that has been incomplete since before `time` (milliseconds of the epoch). */
  readonly expire = (time: number): void => {
    if (this.refusal !== undefined || this.requests.headSince >= time) return;
    this.requests.stop();
    this.refusal = { status: 408, reason: 'the head of the request did not arrive in time' };
    if (this.waiting.length === 0) this.sendRefusal();
  };

  private ready(): boolean {
    if (this.ending || this.lastBegun || this.refusal !== undefined) return false;
    const last = this.waiting.at(-1);
    if (last === undefined) return this.laptop === undefined;
    const podOnly = this.laptop === undefined && !last.switches;
    return podOnly && this.waiting.length < pipelinedRequestsMax;
  }

  private begin(head: RequestHead, received: Buffer): boolean {
    const verdict = this.held ?? this.services.decide(head);
    this.held = this.waiting.length > 0 ? verdict : undefined;
    if (this.held !== undefined) return false;
    const exchange = exchangeOf(head, verdict);
    verdict?.counter.match();
    this.waiting.push(exchange);
    this.lastBegun = !head.persistent;
    const bytes = forwarded(head, received);
    const obstacle = verdict === undefined ? undefined : admit(verdict);
    if (verdict === undefined) this.beginOnPod(exchange, bytes);
    else if (obstacle === undefined) this.beginOnLaptop(exchange, verdict, bytes);
    else this.unanswered({ exchange, reason: obstacle, kept: bytes, written: false });
    return true;
  }

  private beginOnLaptop(exchange: Exchange, verdict: Verdict, bytes: Buffer): void {
    const { counter, rule } = verdict;
    counter.divert();
    exchange.servedBy = `${rule.name}@${rule.laptop}`;
    this.detour.begin();
    this.laptopOwner ??= {
      ...this.owner,
      client: this.client,
      unanswered: (failure) => this.unanswered(failure),
      brokenOff: () => this.client.abort(),
    };
    this.laptop = new LaptopLeg(exchange, this.services.laptops, this.laptopOwner);
    this.leg = this.laptop;
    this.flow(this.laptop.begin(exchange, bytes));
  }

  private beginOnPod(exchange: Exchange, bytes: Buffer): void {
    this.pod = this.detour.end(this.pod) ?? this.podOn(this.services.dialPod());
    this.leg = this.pod;
    if (this.pod.begin(exchange, bytes)) this.client.resume();
    else this.client.pause();
  }

  private unanswered(failure: Unanswered): void {
    const { exchange, reason } = failure;
    this.laptop = undefined;
    const { counter } = exchange.verdict ?? {};
    const { pod, refusal } = failOpen(failure);
    if (pod === undefined) {
      counter?.fail(reason);
      this.refuse(refusal, exchange);
      return;
    }
    counter?.pass(reason);
    exchange.servedBy = `pod; reason=${reason}`;
    this.beginOnPod(exchange, pod);
  }

  private answered(exchange: Exchange, last: boolean): void {
    this.waiting.shift();
    const { laptop } = this;
    if (laptop !== undefined) {
      exchange.verdict?.counter.answer();
      this.laptop = undefined;
      if (!this.requests.incomplete) laptop.close();
    }
    // Behind a last request there may be bytes that nobody will read.
    const overrun = this.lastBegun && this.waiting.length === 0 && this.requests.waiting;
    if (last || this.closing || overrun) this.finish();
    else if (this.refusal !== undefined && this.waiting.length === 0) this.sendRefusal();
    else if (this.clientEnded && laptop !== undefined) this.finish();
    else this.next();
  }

  private next(): void {
    if (!this.requests.waiting) return;
    this.requests.resume();
    if (!this.requests.waiting) this.client.resume();
  }

  private marks({ servedBy }: Exchange): readonly string[] {
    const lines = servedBy === undefined ? noLines : [`x-byway-served-by: ${servedBy}`];
    // Only the last answer under way may say so: a client reads none behind it.
    if (!this.services.draining() || this.waiting.length > 1) return lines;
    this.closing = true;
    this.lastBegun = true;
    return [...lines, 'Connection: close'];
  }

  private flow(room: boolean): void {
    if (!room) this.client.pause();
  }

  private switched(exchange: Exchange, wire: Wire, rest: Buffer): void {
    if (this.laptop !== undefined) exchange.verdict?.counter.answer();
    const early = this.requests.stop();
    if (rest.length > 0) this.client.write(rest);
    if (early.length > 0) wire.write(early);
    if (this.laptop !== undefined) this.pod?.end();
    splice(this.client, wire, this.closed);
  }

  private broken(exchange: Exchange | undefined, reason: string, started: boolean): void {
    if (exchange === undefined) {
      // The pod spoke without being asked: nobody may take it for an answer.
      this.pod = undefined;
      if (this.laptop === undefined) this.finish();
      return;
    }
    const { laptop } = this;
    this.laptop = undefined;
    if (laptop !== undefined) exchange.verdict?.counter.fail('local_invalid');
    if (started) this.client.abort();
    else this.refuse(invalidAnswer(laptop !== undefined, reason), exchange);
  }

  private faulty(fault: HttpFault, begun: boolean): void {
    if (begun) {
      const answerable = this.waiting.length === 1 && this.leg?.answering() === false;
      this.laptop?.giveUp('caller_invalid');
      this.leg?.abort();
      this.pod = this.leg === this.pod ? undefined : this.pod;
      this.laptop = undefined;
      this.waiting.length = 0;
      if (!answerable) {
        this.client.abort();
        return;
      }
    }
    this.refusal = { status: fault.status, reason: fault.message };
    if (this.waiting.length === 0) this.sendRefusal();
  }

  private refuse(refusal: Refusal, exchange: Exchange): void {
    this.refusal = refusal;
    this.requests.stop();
    this.sendRefusal(exchange.method);
  }

  private sendRefusal(method?: string): void {
    if (this.refusal === undefined) return;
    this.client.write(refusalBytes(this.refusal, method));
    this.finish();
  }

  // Everything was said: our side ends, the rest of what the client sends is dropped.
  private finish(): void {
    if (this.ending) return;
    this.ending = true;
    this.requests.stop();
    this.pod?.end();
    this.laptop?.close();
    this.client.discard();
    this.client.whenClosed(this.closed);
  }

  private podOn(wire: Wire): PodLeg {
    return new PodLeg(wire, { ...this.owner, podGone: (clean) => this.podGone(clean) });
  }

  private podGone(clean: boolean): void {
    const { pod } = this;
    // The pod may drop its idle connection while the laptop answers; the next request dials again.
    const unneeded = this.laptop !== undefined || (this.detour.isOn && this.waiting.length === 0);
    if (unneeded || !this.requests.incomplete) {
      this.pod = undefined;
      pod?.end();
    }
    if (unneeded && this.clientEnded && this.laptop === undefined) this.finish();
    if (unneeded) return;
    this.lastBegun = true;
    if (!clean) this.client.abort();
    else if (this.requests.waiting) this.finish();
    else this.client.end();
  }

  private clientHasEnded(): void {
    this.clientEnded = true;
    const leg = this.laptop ?? this.pod;
    if (leg === undefined) this.finish();
    else if (leg === this.laptop && this.requests.incomplete) this.clientGone(false);
    else leg.clientEnded();
  }

  private clientGone(clean: boolean): void {
    if (this.ending) return;
    this.ending = true;
    this.requests.stop();
    this.laptop?.giveUp('caller_left');
    if (clean) this.pod?.end();
    else this.pod?.abort();
    this.client.abort();
    this.closed();
  }
}
