import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { UserError } from '../base/errors.ts';
import { upgradeMsMax } from './limits.ts';
import { readRefusal } from './refusal.ts';
import { TunnelRefused } from './refused.ts';
import { requestOn } from './request-on.ts';
import { readOffer, tunnelVersions, upgradeOffer } from './versions.ts';

/** What an upgrade asks for, on whichever way: where, and with which fields. */
export type UpgradeRequest = {
  readonly url: URL;
  /** `authorization` and those of the role. */
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
};

/**
 * Asks with `Upgrade: byway-tunnel/1` (RFC 9110 7.8) for the connection to be turned round.
 * Resolves with the same socket, in 5 s at most: attach an end to it at once. Rejects with a
 * `TunnelRefused`, a `UserError` of kind `unreachable`, a system error or the signal's reason.
 */
export const upgrade = (
  socket: Socket,
  { url, headers, signal }: UpgradeRequest,
): Promise<Socket> =>
  new Promise<Socket>((resolve, reject) => {
    const request = requestOn(socket, {
      method: 'POST',
      path: url.pathname,
      headers: { host: url.host, ...headers, connection: 'Upgrade', upgrade: upgradeOffer },
    });
    const timer = setTimeout(() => request.destroy(noAnswer(url)), upgradeMsMax);
    const stop = (): void => void request.destroy(asError(signal.reason));
    const settle = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    };
    signal.addEventListener('abort', stop, { once: true });
    request.on('error', (error) => {
      settle();
      reject(error);
    });
    request.once('upgrade', (answer: IncomingMessage, turned: Socket, head: Buffer) => {
      settle();
      turned.on('error', () => {}); // The end that is attached next learns of it by close.
      if (!isOurs(answer.headers.upgrade)) {
        turned.destroy();
        reject(new TunnelRefused(101, undefined));
        return;
      }
      if (head.length > 0) turned.unshift(head);
      resolve(turned);
    });
    request.once('response', (answer) => {
      void readRefusal(answer)
        .then(reject, reject)
        .finally(() => {
          settle();
          socket.destroy();
        });
    });
    request.end();
  });

/** Nothing came in time. */
export const noAnswer = ({ origin }: URL): UserError =>
  new UserError(`No answer from ${origin} within ${upgradeMsMax / 1000} s.`, {
    kind: 'unreachable',
  });

const isOurs = (chosen: string | undefined): boolean => {
  const [version, ...more] = readOffer(chosen ?? '');
  return version !== undefined && more.length === 0 && tunnelVersions.includes(version);
};

const asError = (reason: unknown): Error =>
  reason instanceof Error ? reason : new Error(String(reason));
