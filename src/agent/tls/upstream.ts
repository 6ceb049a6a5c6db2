import { Socket } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { systemCode } from '../../base/errors.ts';
import { SocketWire } from '../../base/wire/socket-wire.ts';
import type { Wire } from '../../base/wire/wire.ts';
import type { UpstreamFailure } from './counts.ts';
import type { Credentials } from './credentials.ts';
import { join } from './join.ts';
import { bufferBytes, upstreamMilliseconds } from './limits.ts';
import { Transport } from './transport.ts';

/** What to ask the service for. */
export type UpstreamWish = {
  /** The name that the caller asked for. */
  readonly serverName: string | undefined;
  /** The service's address, which its certificate must name when the caller asked for none. */
  readonly host: string;
  readonly protocols: readonly string[];
};

/** Why there is no connection in TLS, as a word to count and in words for people. */
export type Unconnected = { readonly failure: UpstreamFailure; readonly reason: string };

/** A connection to the service with the handshake done, or why there is none; then it is over. */
export type Connected =
  | { readonly ok: true; readonly socket: TLSSocket }
  | ({ readonly ok: false } & Unconnected);

/**
 * Does the client's part of a handshake on a connection that is dialled or being dialled; never
 * rejects, and settles within `upstreamMilliseconds`.
 */
export const connectTls = (
  wire: Wire,
  credentials: Credentials,
  { serverName, host, protocols }: UpstreamWish,
): Promise<Connected> => {
  const reached = new Reached(wire);
  const transport = new Transport({ wire, seen: Buffer.alloc(0) });
  const options = {
    socket: transport,
    highWaterMark: bufferBytes,
    host,
    secureContext: credentials.upstream,
    rejectUnauthorized: credentials.verifiesUpstream,
    ...(serverName === undefined ? {} : { servername: serverName }),
    ...(protocols.length === 0 ? {} : { ALPNProtocols: listOf(protocols) }),
  };
  const socket = connect(options);
  join(socket, transport);
  return new Promise((resolve) => {
    let told: Unconnected | undefined;
    const timer = setTimeout(() => {
      told = timeout;
      socket.resetAndDestroy();
    }, upstreamMilliseconds);
    const closed = (): void => {
      clearTimeout(timer);
      resolve({ ok: false, ...(reached.yes ? (told ?? broken) : unreached) });
    };
    for (const event of ['_tlsError', 'error']) {
      socket.once(event, (error: unknown) => {
        told ??= reasonOf(error);
      });
    }
    socket.once('close', closed);
    socket.once('secureConnect', () => {
      clearTimeout(timer);
      socket.removeListener('close', closed);
      resolve({ ok: true, socket });
    });
  });
};

/** Whether the TCP connection came about. */
class Reached {
  yes: boolean;

  constructor(wire: Wire) {
    const stream = wire instanceof SocketWire ? wire.stream : undefined;
    this.yes = !(stream instanceof Socket && stream.connecting) && !wire.isClosed;
    stream?.once('connect', () => {
      this.yes = true;
    });
  }
}

const unreached: Unconnected = { failure: 'connect', reason: 'it can not be reached' };
const broken: Unconnected = {
  failure: 'handshake',
  reason: 'it ended the connection in the middle of the handshake',
};
const timeout: Unconnected = {
  failure: 'timeout',
  reason: `it did not finish the handshake within ${upstreamMilliseconds / 1000} s`,
};

const certificateReasons: Readonly<Record<string, string>> = {
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself and not by --upstream-ca',
};
const certificateCode = /^(CERT_|UNABLE_|INVALID_|PATH_LENGTH|SELF_SIGNED|.*_CERT|ERR_TLS_CERT)/;

const reasonOf = (error: unknown): Unconnected => {
  const code = systemCode(error) ?? '';
  const known = certificateReasons[code];
  if (known !== undefined) return { failure: 'certificate', reason: `${known} (${code})` };
  if (certificateCode.test(code) && !code.startsWith('ERR_SSL')) {
    return {
      failure: 'certificate',
      reason: `its certificate is not signed by --upstream-ca (${code})`,
    };
  }
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code.startsWith('ERR_SSL_PACKET_LENGTH')) {
    return { failure: 'handshake', reason: `it does not speak TLS on this port (${code})` };
  }
  if (/^ERR_SSL_TLSV?\d*.*ALERT.*CERTIFICATE|ERR_SSL_SSLV3_ALERT_.*CERTIFICATE/.test(code)) {
    return {
      failure: 'handshake',
      reason: `it refused our certificate: see --upstream-cert (${code})`,
    };
  }
  return code.startsWith('ERR_SSL')
    ? { failure: 'handshake', reason: `TLS failed (${code})` }
    : broken;
};

/** Names in the form of ALPN (RFC 7301 3.1), so that each octet stays what it was. */
const listOf = (protocols: readonly string[]): Uint8Array =>
  Buffer.concat(
    protocols.map((name) => Buffer.from(`${String.fromCharCode(name.length)}${name}`, 'latin1')),
  );
