import type { Transport } from '../../tunnel/carrier.ts';
import type { ConnectingEnd } from '../../tunnel/connects.ts';

/** Laptops' tunnels by session. */
export type Sessions = {
  readonly find: (session: string, owner: string) => ConnectingEnd | undefined;
  /** What the tunnel goes over, as this side of it sees. */
  readonly transportOf: (session: string, owner: string) => Transport | undefined;
  readonly ownerOf: (session: string) => string | undefined;
  readonly size: () => number;
  readonly countOf: (owner: string) => number;
  /** Takes a tunnel in; one that the same session had is closed with a GOAWAY. */
  readonly attach: (session: string, owner: string, tunnel: LaptopTunnel) => void;
};

export type LaptopTunnel = { readonly end: ConnectingEnd; readonly transport: Transport };

/** `onChange` is told of each session whose tunnel came, was replaced or went. */
export const holdSessions = (onChange: (session: string) => void): Sessions => {
  const sessions = new Map<string, LaptopTunnel & { readonly owner: string }>();
  return {
    find: (session, owner) => {
      const found = sessions.get(session);
      return found?.owner === owner ? found.end : undefined;
    },
    transportOf: (session, owner) => {
      const found = sessions.get(session);
      return found?.owner === owner ? found.transport : undefined;
    },
    ownerOf: (session) => sessions.get(session)?.owner,
    size: () => sessions.size,
    countOf: (owner) => [...sessions.values()].filter((session) => session.owner === owner).length,
    attach: (session, owner, { end, transport }) => {
      const entry = { owner, end, transport };
      sessions.get(session)?.end.close();
      sessions.set(session, entry);
      onChange(session);
      // A laptop that drains takes nothing new: for a rule it is gone.
      void end.draining.then(() => {
        if (sessions.get(session) !== entry) return;
        sessions.delete(session);
        onChange(session);
      });
    },
  };
};
