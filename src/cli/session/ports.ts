import { UserError } from '../../base/errors.ts';
import type { LocalPort } from './local-port.ts';

/** The intercepts that a session has registered, and nothing else is reachable through it. */
export type Ports = {
  readonly find: (intercept: string) => Promise<LocalPort | undefined>;
  /**
   * Registers what `create` makes. An agent may be faster than the manager's answer to us: what
   * arrives meanwhile waits for it. Throws a `UserError` of kind `conflict` when what was made is
   * registered already.
   */
  readonly register: <T extends { readonly id: string }>(
    port: LocalPort,
    create: () => Promise<T>,
  ) => Promise<T>;
  /** It is over: nothing more is let in for it. */
  readonly forget: (intercept: string) => void;
};

export const createPorts = (): Ports => {
  const ports = new Map<string, LocalPort>();
  const creating = new Set<Promise<unknown>>();
  return {
    find: async (intercept) => {
      if (!ports.has(intercept)) await Promise.allSettled(creating);
      return ports.get(intercept);
    },
    register: async (port, create) => {
      const created = create().then((made) => {
        // The manager takes it for a repeated creation, which is what it would be without us.
        if (ports.has(made.id)) throw twin(ports.get(made.id)?.port ?? port.port);
        ports.set(made.id, port);
        return made;
      });
      creating.add(created);
      try {
        return await created;
      } finally {
        creating.delete(created);
      }
    },
    forget: (intercept) => {
      ports.delete(intercept);
    },
  };
};

const twin = (port: number): UserError =>
  new UserError(
    `You intercept that in the same way already, on localhost:${port}. Nothing was changed.`,
    { kind: 'conflict', hint: 'See yours   byway status' },
  );
