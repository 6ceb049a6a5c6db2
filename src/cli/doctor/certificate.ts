import { TLSSocket } from 'node:tls';
import { UserError } from '../../base/errors.ts';
import { connectTo } from '../../tunnel/connect.ts';
import type { Way } from '../../tunnel/way.ts';

export type SeenCertificate = { readonly issuer: string; readonly validTo: Date };

/** The certificate that a manager shows, once it was found good. Rejects like `connectTo`. */
export const certificateOf = async (way: Way, signal: AbortSignal): Promise<SeenCertificate> => {
  const socket = await connectTo(way, signal);
  try {
    if (!(socket instanceof TLSSocket)) throw new UserError('The manager speaks no TLS.');
    const { issuer, valid_to: validTo } = socket.getPeerCertificate();
    const named = [issuer.O, issuer.CN].flat().find((name) => name !== undefined);
    return { issuer: named ?? 'nobody named', validTo: new Date(validTo) };
  } finally {
    socket.on('error', () => {});
    socket.destroy();
  }
};
