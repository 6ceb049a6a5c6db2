import { Socket } from 'node:net';
import { SocketWire } from '../../base/wire/socket-wire.ts';
import { errorCode } from '../../protocol/http2/constants.ts';
import type { Field } from '../../protocol/http2/hpack/field.ts';
import type { Settings } from '../../protocol/http2/settings.ts';
import type { Http2Stream } from '../../protocol/http2/stream.ts';
import { type Begun, SessionWire } from '../../tunnel/session-wire.ts';
import { Exchange, type Ways } from './exchange.ts';
import { requestFields } from './fields.ts';
import { Laptops } from './laptops.ts';
import { nearLimits, streamsMax } from './limits.ts';
import { refuse } from './refusal.ts';
import type { Http2Services } from './services.ts';

/** The connection to the pod that belongs to one client connection. */
type Pod = { readonly connection: SessionWire; isUsed: boolean };

/**
 * One client connection that speaks HTTP/2: decides each of its streams, and sends it to the pod,
 * on an upstream connection that belongs to this client alone, or to the laptop. `closed` is called
 * once, at the end.
 */
export class Http2Connection {
  private readonly services: Http2Services;
  private readonly client: SessionWire;
  private readonly laptops: Laptops;
  private readonly ways: Ways;
  private pod: Pod | undefined;
  /** The service has accepted the connection, so that something may have reached it. */
  private podConnected = false;
  /** What the client knows of the service's settings. */
  private told = { most: streamsMax, connects: false };

  constructor(services: Http2Services, client: Begun, pod: Begun | undefined, closed: () => void) {
    this.services = services;
    this.laptops = new Laptops(services.divert);
    this.ways = {
      pod: (method) => this.requestPod(method),
      podUntouched: () => !this.podConnected,
      laptop: (intercept) => this.laptops.to(intercept),
    };
    this.client = new SessionWire('server', nearLimits, client, {
      request: this.begin,
      oversized: (stream) => refuse(stream, [], tooLarge),
      settings: () => {},
      goaway: () => {},
      streamClosed: () => {},
      lost: () => this.clientGone(),
      closed: () => {
        this.clientGone();
        closed();
      },
    });
    if (pod !== undefined) this.pod = this.openPod(pod);
    this.pod?.connection.begin();
    this.client.begin();
  }

  /** Tells the client to go elsewhere with new requests, and ends when what runs is done. */
  readonly drain = (): void => this.client.session.drain();

  private readonly begin = (
    stream: Http2Stream,
    fields: readonly Field[],
    endStream: boolean,
  ): void => {
    const verdict = this.services.decide({ fields: requestFields(fields) });
    new Exchange(stream, fields, endStream, verdict, this.ways);
    if (this.services.draining() && !this.client.session.isDraining) this.drain();
  };

  private requestPod(method: string): Http2Stream | undefined {
    const pod = this.pod ?? this.dialPod();
    pod.isUsed = true;
    return pod.connection.session.request(method);
  }

  private dialPod(): Pod {
    this.pod = this.openPod({ wire: this.services.dialPod(), seen: Buffer.alloc(0) });
    this.pod.connection.begin();
    return this.pod;
  }

  private openPod(begun: Begun): Pod {
    const { wire } = begun;
    const stream = wire instanceof SocketWire ? wire.stream : undefined;
    this.podConnected = !(stream instanceof Socket && stream.connecting);
    stream?.once('connect', () => {
      this.podConnected = true;
    });
    const gone = (): void => {
      this.podGone(pod);
      connection.session.end(errorCode.internalError);
    };
    const connection: SessionWire = new SessionWire('client', nearLimits, begun, {
      request: () => {},
      oversized: () => {},
      settings: (remote) => this.passSettings(remote),
      goaway: () => this.podGone(pod),
      streamClosed: () => {},
      lost: gone,
      closed: gone,
    });
    const pod: Pod = { connection, isUsed: false };
    return pod;
  }

  // What the service does to the connection is done to the client's, unless it was never used.
  private podGone(pod: Pod): void {
    if (pod.isUsed) this.drain();
    else if (this.pod === pod) {
      this.pod = undefined;
      pod.connection.session.drain();
    }
  }

  // The client may do what the service allows, within our own bounds.
  private passSettings(remote: Settings): void {
    const most = Math.min(remote.maxConcurrentStreams ?? streamsMax, streamsMax);
    const connects = remote.enableConnectProtocol === 1;
    if (most === this.told.most && connects === this.told.connects) return;
    this.told = { most, connects };
    this.client.session.allow(most, connects);
  }

  private clientGone(): void {
    this.client.session.end(errorCode.cancel);
    this.pod?.connection.session.drain();
    this.laptops.abort();
  }
}

const tooLarge = {
  status: 431,
  reason: 'the head of the request exceeds 64 KiB or 256 fields',
} as const;
