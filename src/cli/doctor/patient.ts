import type { Me, Version } from '../../protocol/api.ts';
import type { Intercept } from '../../protocol/intercepts.ts';
import type { Endpoint } from '../configuration.ts';
import type { Context } from '../context.ts';
import type { LocalSessions } from '../control/local-sessions.ts';
import type { ManagerClient } from '../manager-client/client.ts';

/** What several checks ask for; each is found out once, when the first of them needs it. */
export type Patient = {
  readonly context: Context;
  readonly endpoint: () => Promise<Endpoint>;
  readonly manager: () => Promise<ManagerClient>;
  readonly version: () => Promise<Version>;
  readonly me: () => Promise<Me>;
  readonly intercepts: () => Promise<readonly Intercept[]>;
  readonly sessions: () => Promise<LocalSessions>;
};

export const createPatient = (context: Context, flag: string | undefined): Patient => {
  const endpoint = once(() => context.endpoint(flag));
  const manager = once(() => context.manager(flag));
  return {
    context,
    endpoint,
    manager,
    version: once(async () => (await manager()).version()),
    me: once(async () => (await manager()).me()),
    intercepts: once(async () => (await manager()).intercepts()),
    sessions: once(async () => {
      const { findLocalSessions } = await import('../control/local-sessions.ts');
      return await findLocalSessions(context.environment);
    }),
  };
};

const once = <T>(find: () => Promise<T>): (() => Promise<T>) => {
  let found: Promise<T> | undefined;
  return () => {
    found ??= find();
    return found;
  };
};

/** Undefined where it fails: another check says why. */
export const orUndefined = async <T>(found: Promise<T>): Promise<T | undefined> => {
  try {
    return await found;
  } catch {
    return undefined; // Told by the check that is about it.
  }
};
