import type { ManagerClient } from '../manager-client/client.ts';
import { managerMsMax } from './limits.ts';
import type { LocalTarget } from './local-target.ts';
import type { Reached } from './words.ts';

/**
 * What the manager counted for these intercepts; undefined when it does not say so within 3 s, for nobody
 * waits long for an explanation. Never rejects.
 */
export const reachedOf = async (
  manager: () => Promise<Pick<ManagerClient, 'connection' | 'intercepts'>>,
  target: LocalTarget,
): Promise<Reached | undefined> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((done) => {
    timer = setTimeout(() => done(undefined), managerMsMax);
  });
  try {
    return await Promise.race([count(await Promise.race([manager(), late]), target), late]);
  } catch {
    return undefined; // The verdict stands without it.
  } finally {
    clearTimeout(timer);
  }
};

const count = async (
  manager: Pick<ManagerClient, 'connection' | 'intercepts'> | undefined,
  { manager: url, intercepts }: LocalTarget,
): Promise<Reached | undefined> => {
  if (manager?.connection.manager.href !== url) return undefined;
  const ids = new Set(intercepts.map(({ file }) => file.id));
  const own = (await manager.intercepts()).filter(({ id }) => ids.has(id));
  return {
    seen: own.reduce((sum, { counts }) => sum + counts.seen, 0),
    matched: own.reduce((sum, { counts }) => sum + counts.matched, 0),
  };
};
