import type { LocalPort } from './local-port.ts';

/** The intercepts that a session has registered, and nothing else is reachable through it. */
export type Ports = {
  readonly find: (intercept: string) => Promise<LocalPort | undefined>;
  /**
   * Registers what `create` makes. An agent may be faster than the manager's answer to us: what
   * arrives meanwhile waits for it.
   */
  readonly register: <T extends { readonly id: string }>(
    port: LocalPort,
    create: () => Promise<T>,
  ) => Promise<T>;
};

export const createPorts = (): Ports => {
  const ports = new Map<string, LocalPort>();
  let creating: Promise<unknown> = Promise.resolve();
  return {
    find: async (intercept) => {
      if (!ports.has(intercept)) await creating;
      return ports.get(intercept);
    },
    register: async (port, create) => {
      const created = create().then((made) => {
        ports.set(made.id, port);
        return made;
      });
      creating = created.catch(() => {}); // Whoever waits finds no port; `register` rejects.
      return await created;
    },
  };
};
