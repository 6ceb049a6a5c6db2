/** How a handshake with a caller ended without a connection. */
export type CallerFailure =
  /** Its ClientHello was malformed or too large. */
  | 'hello'
  /** It wasn't done in time. */
  | 'timeout'
  /** TLS itself failed: no version or cipher in common, garbage, or the caller doesn't trust us. */
  | 'handshake'
  /** It had no certificate, or one that `--tls-client-ca` doesn't vouch for. */
  | 'client_certificate'
  /** The caller left. */
  | 'gone';

/** Why there is no connection in TLS to the service. */
export type UpstreamFailure =
  /** There is no connection at all. */
  | 'connect'
  /** Its certificate can't be verified. */
  | 'certificate'
  /** TLS itself failed, such as a service that doesn't speak it or wants a certificate of ours. */
  | 'handshake'
  | 'timeout';

/** What became of TLS connections since the start. */
export class TlsCounts {
  /** Handshakes with callers that were completed. */
  accepted = 0;
  readonly callerFailures: Record<CallerFailure, number> = {
    hello: 0,
    timeout: 0,
    handshake: 0,
    client_certificate: 0,
    gone: 0,
  };
  /** Handshakes with the service that were completed. */
  connected = 0;
  readonly upstreamFailures: Record<UpstreamFailure, number> = {
    connect: 0,
    certificate: 0,
    handshake: 0,
    timeout: 0,
  };
}
