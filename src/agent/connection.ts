import type { Wire } from '../base/wire/wire.ts';
import { beginsTls } from '../protocol/tls/client-hello.ts';
import { detect, detectSettings } from './detect.ts';
import { Http1Connection } from './http1/connection.ts';
import type { Http1Services } from './http1/services.ts';
import { Http2Connection } from './http2/connection.ts';
import type { Http2Services } from './http2/services.ts';
import { splice } from './splice.ts';
import { TlsConnection } from './tls/connection.ts';
import type { TlsServices } from './tls/services.ts';

/** How long the first bytes may take to tell what a connection speaks; then it is spliced. */
export const detectMilliseconds = 10_000;

/** What a client connection needs from its agent, whatever it speaks. */
export type Services = Http1Services &
  Http2Services & {
    /** Where the agent has a certificate, and the service's address; else TLS is spliced. */
    readonly tls?: { readonly services: TlsServices; readonly host: string } | undefined;
  };

/** A client connection as the agent's server sees it. */
export type Connection = {
  /** Ends when nothing is under way, else after the answer that is. */
  readonly drain: () => void;
  readonly abort: () => void;
  /** Refuses a request head that has been incomplete since before `time`. */
  readonly expire: (time: number) => void;
};

const nothing = Buffer.alloc(0);

/**
 * Takes an accepted connection: dials the pod, watches both sides, and lets the first bytes
 * decide. HTTP is read request by request, everything else is spliced through untouched, also
 * what doesn't tell in time. `closed` is called once.
 */
export const takeConnection = (services: Services, client: Wire, closed: () => void): Connection =>
  new Beginning(services, client, closed);

class Beginning implements Connection {
  private readonly services: Services;
  private readonly client: Wire;
  private readonly pod: Wire;
  private readonly closed: () => void;
  private http1: Http1Connection | undefined;
  private http2: Http2Connection | undefined;
  private tls: TlsConnection | undefined;
  /** What is inside of TLS. */
  private inner: Connection | undefined;
  private seen: Buffer = nothing;
  /** What a pod has said that speaks first. */
  private podSeen: Buffer = nothing;
  private podFailed = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(services: Services, client: Wire, closed: () => void) {
    this.services = services;
    this.client = client;
    this.closed = closed;
    this.pod = services.dialPod();
    this.watchClient();
    this.watchPod();
  }

  readonly drain = (): void => {
    this.http1?.drain();
    this.http2?.drain();
    this.inner?.drain();
  };

  readonly abort = (): void => {
    this.inner?.abort();
    this.tls?.abort();
    this.client.abort();
    this.pod.abort();
  };

  readonly expire = (time: number): void => {
    this.http1?.expire(time);
    this.inner?.expire(time);
  };

  private watchClient(): void {
    const { client, pod } = this;
    client.handler = {
      bytes: (bytes) => this.clientSpoke(bytes),
      end: () => {
        this.through();
        pod.end();
      },
      drain: () => {},
      closed: (clean) => {
        clearTimeout(this.timer);
        if (clean) pod.discard();
        else pod.abort();
        this.closed();
      },
    };
  }

  private watchPod(): void {
    const { client, pod } = this;
    pod.handler = {
      bytes: (bytes) => this.podSpoke(bytes),
      end: () => {
        this.through();
        client.end();
      },
      drain: () => {},
      // A request that matches can be answered by the laptop even now, so the first bytes decide.
      closed: () => {
        this.podFailed = true;
        this.limitTime();
      },
    };
  }

  private clientSpoke(bytes: Buffer): void {
    this.seen = Buffer.concat([this.seen, bytes]);
    // The time runs from the first byte: a connection opened in advance may stay silent.
    this.limitTime();
    const tls = this.services.tls !== undefined && this.podSeen.length === 0;
    const begins = tls ? beginsTls(this.seen) : false;
    if (begins === true) this.beginTls();
    else if (begins === false) this.beginPlain();
  }

  private beginPlain(): void {
    const detected = detect(this.seen);
    if (detected === 'http2') this.beginHttp2();
    else if (detected === 'http1' && this.podSeen.length === 0) this.beginHttp1();
    else if (detected !== undefined) this.through();
  }

  // It spoke first, so it is not HTTP/1; of HTTP/2 the client may still have to say its part.
  private podSpoke(bytes: Buffer): void {
    this.podSeen = Buffer.concat([this.podSeen, bytes]);
    if (detectSettings(this.podSeen) === false || this.podSeen.length > podBytesMax) this.through();
    else this.limitTime();
  }

  private limitTime(): void {
    this.timer ??= setTimeout(() => this.through(), detectMilliseconds);
  }

  private beginHttp1(): void {
    clearTimeout(this.timer);
    const pod = this.podFailed ? undefined : this.pod;
    this.http1 = new Http1Connection(this.services, this.client, pod, this.closed);
    this.http1.take(this.seen);
  }

  private beginHttp2(): void {
    clearTimeout(this.timer);
    const pod = this.podFailed ? undefined : { wire: this.pod, seen: this.podSeen };
    const client = { wire: this.client, seen: this.seen };
    this.http2 = new Http2Connection(this.services, client, pod, this.closed);
  }

  private beginTls(): void {
    clearTimeout(this.timer);
    const { services, seen } = this;
    if (services.tls === undefined) return;
    const pod = this.podFailed ? undefined : this.pod;
    this.tls = new TlsConnection(services.tls.services, { wire: this.client, seen }, pod, {
      dial: services.dialPod,
      host: services.tls.host,
      inside: (client, dialPod) => {
        const inside = { ...services, tls: undefined, dialPod };
        this.inner = takeConnection(inside, client, () => {});
      },
      closed: this.closed,
    });
  }

  private through(): void {
    const { client, pod, seen, podSeen } = this;
    clearTimeout(this.timer);
    if (this.podFailed) {
      client.abort();
      return;
    }
    splice(client, pod, this.closed);
    if (podSeen.length > 0) client.write(podSeen);
    if (seen.length > 0) pod.write(seen);
  }
}

// More than the settings of any server of HTTP/2.
const podBytesMax = 16 * 1024;
