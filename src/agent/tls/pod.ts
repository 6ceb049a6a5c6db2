import type { TLSSocket } from 'node:tls';
import { SocketWire } from '../../base/wire/socket-wire.ts';
import type { Wire } from '../../base/wire/wire.ts';
import { Later } from './later.ts';
import type { TlsServices } from './services.ts';
import { standIn } from './stand-in.ts';
import { type Connected, connectTls, type Unconnected, type UpstreamWish } from './upstream.ts';

const logMilliseconds = 60_000;

/** The way of one caller's connection to the service in TLS. */
export class Pod {
  readonly #services: TlsServices;
  readonly #wish: UpstreamWish;
  readonly #dial: () => Wire;
  #first: Connected | undefined;
  #dialled: Wire | undefined;
  #over = false;

  constructor(services: TlsServices, wish: UpstreamWish, dial: () => Wire) {
    this.#services = services;
    this.#wish = wish;
    this.#dial = dial;
  }

  /** Asks the service, on that connection if it is still there; never rejects. */
  async connect(wire: Wire | undefined): Promise<void> {
    if (this.#over) {
      wire?.abort();
      return;
    }
    this.#dialled = wire === undefined || wire.isClosed ? this.#dial() : wire;
    this.#first = await this.#handshake(this.#dialled, this.#wish);
  }

  get isConnected(): boolean {
    return this.#first?.ok === true;
  }

  /** What the service chose from the caller's offer. */
  get protocol(): string | undefined {
    if (this.#first?.ok !== true) return undefined;
    const { alpnProtocol } = this.#first.socket;
    return typeof alpnProtocol === 'string' && alpnProtocol !== '' ? alpnProtocol : undefined;
  }

  /**
   * Gives the connection that is there, and later ones, which speak what the caller was told. To
   * requests that there is no connection for the reason is answered; a service that is not there
   * breaks its connection as it does without TLS.
   */
  dialAs(protocol: string | undefined): () => Wire {
    const wish = { ...this.#wish, protocols: protocol === undefined ? [] : [protocol] };
    return () => {
      const first = this.#first;
      this.#first = undefined;
      this.#dialled = undefined;
      if (first?.ok === true && !first.socket.destroyed) return SocketWire.on(first.socket);
      if (first?.ok === false && first.failure !== 'connect') return SocketWire.on(standIn(first));
      return this.#dialLater(wish);
    };
  }

  /** Ends what was not given away. */
  abort(): void {
    this.#over = true;
    this.#dialled?.abort();
  }

  #dialLater(wish: UpstreamWish): Wire {
    const later = new Later();
    const wire = this.#dial();
    later.once('close', () => wire.abort());
    void this.#handshake(wire, wish).then((connected) => {
      if (connected.ok) later.attach(connected.socket);
      else if (connected.failure === 'connect' && !later.isWanted)
        later.destroy(new Error(connected.reason));
      else later.attach(standIn(connected));
    });
    return SocketWire.on(later);
  }

  async #handshake(wire: Wire, wish: UpstreamWish): Promise<Connected> {
    const { counts, credentials } = this.#services;
    const connected = await connectTls(wire, credentials(), wish);
    if (connected.ok) {
      counts.connected += 1;
      this.#watch(connected.socket);
    } else this.#failed(connected);
    return connected;
  }

  // In TLS 1.3 a service refuses our certificate only after the handshake.
  #watch(socket: TLSSocket): void {
    socket.once('error', () => {
      if (socket.readableDidRead) return;
      const reason =
        'it broke the connection right behind the handshake; does it want a certificate (--upstream-cert)?';
      this.#failed({ failure: 'handshake', reason });
    });
  }

  #failed({ failure, reason }: Unconnected): void {
    const { counts, log } = this.#services;
    counts.upstreamFailures[failure] += 1;
    const now = performance.now();
    if (failure === 'connect' || now < nextLog) return;
    nextLog = now + logMilliseconds;
    log.warn({ failure, reason }, 'there is no TLS connection to the service');
  }
}

// Every connection may fail in the same way: one line a minute tells as much as all of them.
let nextLog = 0;
