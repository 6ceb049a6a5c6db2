import { SocketWire } from '../../base/wire/socket-wire.ts';
import type { Wire } from '../../base/wire/wire.ts';
import { type ClientHello, readClientHello } from '../../protocol/tls/client-hello.ts';
import { HelloFault } from '../../protocol/tls/hello-fault.ts';
import { acceptTls } from './accept.ts';
import type { CallerFailure } from './counts.ts';
import { handshakeMilliseconds } from './limits.ts';
import { Pod } from './pod.ts';
import type { TlsServices } from './services.ts';
import { type Begun, Transport } from './transport.ts';

/** What a connection in TLS needs besides. */
export type TlsSurroundings = {
  /** Dials the service without TLS. */
  readonly dial: () => Wire;
  /** The service's address. */
  readonly host: string;
  /** Takes what is inside, with a way to reach the service in TLS. Called at most once. */
  readonly inside: (client: Wire, dialPod: () => Wire) => void;
  /** The caller's connection is over. Called once. */
  readonly closed: () => void;
};

/**
 * One caller's connection that begins with TLS, up to what is inside. The service is asked first,
 * so that the caller is offered what the service itself has chosen from the caller's offer.
 */
export class TlsConnection {
  readonly #services: TlsServices;
  readonly #surroundings: TlsSurroundings;
  readonly #client: Wire;
  readonly #since: number = performance.now();
  #seen: Buffer;
  #transport: Transport | undefined;
  #pod: Pod | undefined;
  #timer: NodeJS.Timeout;
  #over = false;

  /** `pod`: a connection to the service that has not been used, where there is one. */
  constructor(
    services: TlsServices,
    { wire, seen }: Begun,
    pod: Wire | undefined,
    surroundings: TlsSurroundings,
  ) {
    this.#services = services;
    this.#surroundings = surroundings;
    this.#client = wire;
    this.#seen = Buffer.from(seen);
    this.#timer = setTimeout(() => this.#fail('timeout', pod), handshakeMilliseconds);
    wire.whenClosed(() => {
      this.#leave();
      surroundings.closed();
    });
    wire.handler = {
      bytes: (bytes) => {
        this.#seen = Buffer.concat([this.#seen, bytes]);
        this.#look(pod);
      },
      end: () => this.#fail('gone', pod),
      drain: () => {},
      closed: () => this.#fail('gone', pod),
    };
    if (pod !== undefined) letRest(pod);
    this.#look(pod);
  }

  readonly abort = (): void => {
    this.#leave();
    this.#client.abort();
  };

  #look(pod: Wire | undefined): void {
    try {
      const hello = readClientHello(this.#seen);
      if (hello !== undefined) void this.#begin(hello, pod);
    } catch (error) {
      if (!(error instanceof HelloFault)) throw error;
      this.#client.write(decodeError);
      this.#fail('hello', pod);
    }
  }

  async #begin(hello: ClientHello, podWire: Wire | undefined): Promise<void> {
    const { turns, credentials, counts } = this.#services;
    clearTimeout(this.#timer);
    const transport = new Transport({ wire: this.#client, seen: this.#seen });
    this.#seen = Buffer.alloc(0);
    this.#transport = transport;
    const { dial, host } = this.#surroundings;
    const pod = new Pod(this.#services, { ...hello, host }, dial);
    this.#pod = pod;
    const leave = await turns.take();
    try {
      await pod.connect(podWire);
      const left = handshakeMilliseconds - (performance.now() - this.#since);
      if (left <= 0) this.#count('timeout');
      else if (transport.destroyed) this.#count('gone');
      if (this.#over || left <= 0 || transport.destroyed) {
        this.abort();
        return;
      }
      const protocol = pod.protocol ?? preferred(hello.protocols, pod.isConnected);
      const accepted = await acceptTls(transport, credentials(), protocol, left);
      if (!accepted.ok) {
        this.#count(accepted.failure);
        pod.abort();
        return;
      }
      counts.accepted += 1;
      this.#surroundings.inside(SocketWire.on(accepted.socket), pod.dialAs(protocol));
    } finally {
      leave();
    }
  }

  #count(failure: CallerFailure): void {
    this.#services.counts.callerFailures[failure] += 1;
  }

  // Before its hello is whole.
  #fail(failure: CallerFailure, pod: Wire | undefined): void {
    if (this.#over || this.#transport !== undefined) return;
    this.#leave();
    this.#count(failure);
    pod?.abort();
    if (failure === 'hello') this.#client.discard();
    else this.#client.abort();
  }

  #leave(): void {
    this.#over = true;
    clearTimeout(this.#timer);
    this.#pod?.abort();
  }
}

// A service that speaks or leaves before it is asked is dialled again.
const letRest = (pod: Wire): void => {
  const leave = (): void => pod.abort();
  pod.handler = { bytes: leave, end: leave, drain: () => {}, closed: () => {} };
};

/** A fatal alert: decode_error (RFC 8446 6.2). */
const decodeError = Buffer.from([0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x32]);

// Only when the service could not be asked: matching requests are answered by the laptop even then.
const preferred = (offered: readonly string[], asked: boolean): string | undefined =>
  asked ? undefined : ['h2', 'http/1.1'].find((protocol) => offered.includes(protocol));
