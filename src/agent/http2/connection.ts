import {
  type ClientHttp2Stream,
  constants,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  performServerHandshake,
  type ServerHttp2Session,
  type ServerHttp2Stream,
  type Settings,
} from 'node:http2';
import { Socket } from 'node:net';
import { Exchange, type Ways } from './exchange.ts';
import { type RawFields, requestFields } from './fields.ts';
import { Laptops } from './laptops.ts';
import { clientSettings, podSettings, sessionOptions, streamsMax } from './limits.ts';
import type { Http2Services } from './services.ts';
import { Upstream } from './upstream.ts';
import { type Begun, WireStream } from './wire-stream.ts';

/**
 * One client connection that speaks HTTP/2: decides each of its streams, and sends it to the pod,
 * on an upstream connection that belongs to this client alone, or to the laptop. `closed` is called
 * once, at the end.
 */
export class Http2Connection {
  private readonly services: Http2Services;
  private readonly session: ServerHttp2Session;
  private readonly closed: () => void;
  private readonly laptops: Laptops;
  private readonly ways: Ways;
  private pod: Upstream | undefined;
  private isClosed = false;
  /** The service has accepted the connection, so that something may have reached it. */
  private podConnected = false;
  /** What the client knows of the service's settings. */
  private told = { most: streamsMax, connects: false };

  constructor(services: Http2Services, client: Begun, pod: Begun | undefined, closed: () => void) {
    this.services = services;
    this.closed = closed;
    this.laptops = new Laptops(services.divert);
    this.ways = {
      pod: (head, endStream) => this.requestPod(head, endStream),
      podUntouched: () => !this.podConnected,
      laptop: (intercept) => this.laptops.to(intercept),
    };
    const socket = new WireStream(client, {
      end: () => this.session.destroy(),
      closed: () => this.clientGone(),
    });
    this.session = performServerHandshake(socket, { ...sessionOptions, settings: clientSettings });
    this.session.on('error', () => {}); // Told by the connection's close.
    this.session.on('stream', this.begin);
    if (pod !== undefined) this.usePod(pod);
  }

  /** Tells the client to go elsewhere with new requests, and ends when what runs is done. */
  readonly drain = (): void => {
    if (!this.session.destroyed) this.session.close();
  };

  private readonly begin = (
    client: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    flags: number,
    raw?: RawFields,
  ): void => {
    const verdict = this.services.decide({ fields: requestFields(raw ?? []) });
    const endStream = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0;
    new Exchange(client, { headers, raw: raw ?? [], endStream }, verdict, this.ways);
    if (this.services.draining()) this.drain();
  };

  private requestPod(head: OutgoingHttpHeaders, endStream: boolean): ClientHttp2Stream {
    const pod = this.pod ?? this.usePod({ wire: this.services.dialPod(), seen: Buffer.alloc(0) });
    return pod.request(head, endStream);
  }

  private usePod(begun: Begun): Upstream {
    const { stream } = begun.wire;
    this.podConnected = !(stream instanceof Socket && stream.connecting);
    stream.once('connect', () => {
      this.podConnected = true;
    });
    const connection = new WireStream(begun, {
      end: () => {
        pod.ended();
        this.podGone(pod);
      },
      closed: () => {
        pod.broke();
        this.podGone(pod);
      },
    });
    const pod: Upstream = new Upstream(connection, podSettings);
    pod.session.on('remoteSettings', (remote) => this.passSettings(remote));
    pod.session.once('goaway', () => this.podGone(pod));
    this.pod = pod;
    return pod;
  }

  // What the service does to the connection is done to the client's, unless it was never used.
  private podGone(pod: Upstream): void {
    if (!pod.isUnused) this.drain();
    else if (this.pod === pod) this.pod = undefined;
  }

  // The client may do what the service allows, within our own bounds.
  private passSettings(remote: Settings): void {
    if (this.session.destroyed) return;
    const most = Math.min(remote.maxConcurrentStreams ?? streamsMax, streamsMax);
    const connects = remote.enableConnectProtocol === true;
    if (most === this.told.most && connects === this.told.connects) return;
    this.told = { most, connects };
    // Once allowed, extended CONNECT can't be forbidden again (RFC 8441 3).
    const allowed = connects ? { enableConnectProtocol: true } : {};
    this.session.settings({ maxConcurrentStreams: most, ...allowed });
  }

  private clientGone(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.session.destroy();
    this.pod?.close();
    this.laptops.abort();
    this.closed();
  }
}
