import { type Carrier, type Transport, transportOf } from '../../tunnel/carrier.ts';
import { dialTunnel } from '../../tunnel/dial.ts';
import type { Pulse } from '../../tunnel/heartbeat.ts';
import { keepTunnel } from '../../tunnel/keep.ts';
import { type Arrival, serveLaptopEnd } from '../../tunnel/laptop-end.ts';
import { TunnelRefused } from '../../tunnel/refused.ts';
import { TransportMemory } from '../../tunnel/transport-memory.ts';
import { sessionHeader } from '../../tunnel/wire.ts';
import type { Connection } from '../manager-client/exchange.ts';
import { ManagerError } from '../manager-client/manager-error.ts';
import { connectionFault, unreachable } from '../manager-client/unreachable.ts';

export type SessionTunnelOptions = {
  readonly connection: Connection;
  readonly session: string;
  readonly onArrival: (arrival: Arrival) => void;
  /** Back after it was lost, and for how long it was. */
  readonly onBack: (lostMs: number) => void;
  readonly onDown: (attempt: number, why: string, retryInMs: number) => void;
};

export type SessionTunnel = {
  /** Resolves at the first connection; rejects when that fails, without a second attempt. */
  readonly up: Promise<void>;
  /** Rejects when the manager refuses for good; resolves after `close`, in 5 s at most. */
  readonly over: Promise<void>;
  /** What it goes over, or went last; undefined before the first connection. */
  readonly transport: () => Transport | undefined;
  /** Lets running requests finish. */
  readonly close: () => void;
  /** Of the connection that is there, or was there last. */
  readonly pulse: () => Pulse | undefined;
};

/** The session's way to the manager: must be there at first, and is kept up from then on. */
export const openTunnel = (options: SessionTunnelOptions): SessionTunnel => {
  const { connection, session, onArrival, onBack, onDown } = options;
  const stop = new AbortController();
  const memory = new TransportMemory();
  let transport: Transport | undefined;
  let tellUp = (): void => {};
  let tellFailed = (_error: unknown): void => {};
  const first = new Promise<void>((resolve, reject) => {
    tellUp = resolve;
    tellFailed = reject;
  });
  let wasUp = false;
  let pulse: Pulse | undefined;
  let lostAt: number | undefined;
  const over = keepTunnel({
    dial: (signal) =>
      dialTunnel(
        { ...connection, role: 'laptop', headers: { [sessionHeader]: session }, signal },
        memory,
      ),
    attach: (carrier) => {
      transport = transportTo(connection.manager, carrier);
      return serveLaptopEnd(carrier, onArrival);
    },
    onUp: (end) => {
      pulse = end.pulse;
      if (wasUp) onBack(lostAt === undefined ? 0 : performance.now() - lostAt);
      lostAt = undefined;
      wasUp = true;
      tellUp();
    },
    onDown: ({ attempt, error, retryInMs }) => {
      lostAt ??= performance.now();
      const why = error === undefined ? 'it broke' : connectionFault(error);
      if (wasUp) onDown(attempt, why, retryInMs);
      else tellFailed(unreachable(connection.manager, error));
    },
    signal: stop.signal,
  });
  const refused = over.catch((error: unknown) => {
    throw error instanceof TunnelRefused && error.problem !== undefined
      ? new ManagerError(error.problem)
      : error;
  });
  const close = (): void => stop.abort();
  return {
    up: Promise.race([first, refused]),
    over: refused,
    close,
    transport: () => transport,
    pulse: () => pulse,
  };
};

/** TLS that ends at a proxy is none to the manager. */
const transportTo = ({ protocol }: URL, carrier: Carrier): Transport => {
  const transport = transportOf(carrier);
  return transport === 'tls' && protocol === 'http:' ? 'tcp' : transport;
};
