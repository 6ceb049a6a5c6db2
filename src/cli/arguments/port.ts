import { UserError } from '../../base/errors.ts';

/** A port on this machine, and the workload's own port when it is said. */
export type Ports = { readonly local: number; readonly remote: number | undefined };

/** Reads `LOCAL` or `LOCAL:REMOTE`. */
export const parsePorts = (text: string): Ports => {
  const [, local, remote] = /^(\d{1,5})(?::(\d{1,5}))?$/.exec(text) ?? [];
  const ports = { local: Number(local), remote: remote === undefined ? undefined : Number(remote) };
  if (isPort(ports.local) && (ports.remote === undefined || isPort(ports.remote))) return ports;
  throw new UserError(`--port takes LOCAL or LOCAL:REMOTE, for example 3000:8080, not "${text}".`, {
    kind: 'usage',
  });
};

const isPort = (port: number): boolean => port >= 1 && port <= 65_535;
