import { TLSSocket } from 'node:tls';
import { systemCode } from '../../base/errors.ts';
import type { CallerFailure } from './counts.ts';
import type { Credentials } from './credentials.ts';
import { join } from './join.ts';
import { bufferBytes } from './limits.ts';
import type { Transport } from './transport.ts';

/** A caller's connection with the handshake done, or why there is none; then it is over. */
export type Accepted =
  | { readonly ok: true; readonly socket: TLSSocket }
  | { readonly ok: false; readonly failure: CallerFailure };

/**
 * Does the server's part of a handshake within `milliseconds`; never rejects. `protocol`: what ALPN
 * answers, none when undefined. A caller's certificate is verified where the credentials say so.
 */
export const acceptTls = (
  transport: Transport,
  credentials: Credentials,
  protocol: string | undefined,
  milliseconds: number,
): Promise<Accepted> => {
  const options = {
    isServer: true,
    highWaterMark: bufferBytes,
    secureContext: credentials.server,
    requestCert: credentials.verifiesClients,
    rejectUnauthorized: credentials.verifiesClients,
    ...(protocol === undefined ? {} : { ALPNProtocols: [protocol] }),
  };
  const socket = new TLSSocket(transport, options);
  join(socket, transport);
  return new Promise((resolve) => {
    let failure: CallerFailure = 'gone';
    const timer = setTimeout(() => {
      failure = 'timeout';
      socket.resetAndDestroy();
    }, milliseconds);
    const closed = (): void => {
      clearTimeout(timer);
      resolve({ ok: false, failure });
    };
    socket.once('_tlsError', (error: Error) => {
      if (failure !== 'gone' || transport.errored !== null || transport.isRead) return;
      const hasNone = systemCode(error) === 'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE';
      failure = hasNone ? 'client_certificate' : 'handshake';
    });
    socket.once('close', closed);
    socket.once('secure', () => {
      if (credentials.verifiesClients && !isVerified(socket)) {
        failure = 'client_certificate';
        socket.resetAndDestroy();
        return;
      }
      clearTimeout(timer);
      socket.removeListener('close', closed);
      resolve({ ok: true, socket });
    });
  });
};

// OpenSSL keeps its verdict for whoever asks; only tls.Server asks by itself. Whatever is not a
// clear yes is a no.
const isVerified = (socket: TLSSocket): boolean => {
  const handle = Reflect.get(socket, '_handle') as { verifyError?: () => unknown } | null;
  if (typeof handle?.verifyError !== 'function') return false;
  const { subject } = socket.getPeerCertificate() ?? {};
  return subject !== undefined && handle.verifyError() === null;
};
