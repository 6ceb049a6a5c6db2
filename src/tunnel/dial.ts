import type { Socket } from 'node:net';
import { systemCode } from '../base/errors.ts';
import { programVersion } from '../base/version.ts';
import type { Carrier } from './carrier.ts';
import { connectTo } from './connect.ts';
import { TunnelRefused } from './refused.ts';
import { TransportMemory } from './transport-memory.ts';
import { type UpgradeRequest, upgrade } from './upgrade.ts';
import { below, type Way } from './way.ts';
import { roleHeader, tunnelPath } from './wire.ts';

export type TunnelDial = Way & {
  readonly token: string;
  readonly role: 'laptop' | 'agent';
  /** `x-byway-session` for a laptop, `x-byway-workload` for an agent. */
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
};

/**
 * Dials the manager and turns the connection round, by our own Upgrade or, where something in
 * between does not let that through, by a WebSocket; `memory` keeps which, for the next time.
 * Connects within 2 s and is answered within 5 s on each of the two; where our Upgrade worked before,
 * it may be unanswered two times before a WebSocket is tried. Resolves with the connection:
 * attach an end to it at once. Rejects with a `TunnelRefused`, a system error, a `UserError` of
 * kind `unreachable`, or the signal's reason.
 */
export const dialTunnel = async (
  options: TunnelDial,
  memory: TransportMemory = new TransportMemory(),
): Promise<Carrier> => {
  if (memory.prefersWebSocket(performance.now())) {
    memory.forget(); // Until it has worked again.
    return await byWebSocket(options, memory);
  }
  const socket = await connectTo(options, options.signal);
  try {
    const turned = await upgrade(socket, requestOf(options));
    memory.upgradeWorked();
    preferWebSocketWhenMute(turned, memory);
    return turned;
  } catch (error) {
    if (options.signal.aborted || isFromManager(error)) throw error;
    if (!isAnswer(error) && memory.isLikelyAway()) throw error;
    return await byWebSocket(options, memory).catch((second: unknown) => {
      throw isFromManager(second) ? second : error;
    });
  }
};

/** What lets the answer through, but nothing that follows, would do so every time. */
const preferWebSocketWhenMute = (turned: Socket, memory: TransportMemory): void => {
  if (turned.readableLength > 0) return;
  const before = turned.bytesRead;
  turned.once('close', () => {
    if (turned.bytesRead === before) memory.preferWebSocket(performance.now());
  });
};

const byWebSocket = async (options: TunnelDial, memory: TransportMemory): Promise<Carrier> => {
  // Most never need it, and it takes a while to load.
  const { openWebSocket } = await import('./open-web-socket.ts');
  const socket = await connectTo(options, options.signal);
  const stream = await openWebSocket(socket, requestOf(options));
  memory.preferWebSocket(performance.now());
  return stream;
};

const requestOf = ({ manager, token, role, headers, signal }: TunnelDial): UpgradeRequest => ({
  url: below(manager, tunnelPath),
  headers: {
    ...headers,
    authorization: `Bearer ${token}`,
    'user-agent': `byway/${programVersion()}`,
    [roleHeader]: role,
  },
  signal,
});

/**
 * Whether the manager itself has said no. It says `upgrade_required` when it got the request
 * without its Upgrade: something in between has taken that out.
 */
const isFromManager = (error: unknown): boolean =>
  error instanceof TunnelRefused &&
  (error.status === 429 ||
    (error.problem !== undefined && error.problem.code !== 'upgrade_required'));

/** Whether anything came back, if only that it is no HTTP. */
const isAnswer = (error: unknown): boolean =>
  error instanceof TunnelRefused || systemCode(error)?.startsWith('HPE_') === true;
