import { readAuthorities } from '../tunnel/authority-file.ts';
import type { Way } from '../tunnel/way.ts';
import { rememberedAuthority } from './configuration.ts';
import type { Environment } from './folders.ts';
import { proxyFor } from './proxy-for.ts';

/** How to get to a manager, as `--ca` or `BYWAY_CA`, the login, and the proxy's variables say. */
export const wayTo = async (manager: URL, environment: Environment): Promise<Way> => {
  const proxy = proxyFor(manager, environment);
  const way: Way = proxy === undefined ? { manager } : { manager, proxy };
  if (manager.protocol !== 'https:' && proxy?.protocol !== 'https:') return way;
  const variable = environment['BYWAY_CA'];
  const named = variable !== undefined && variable !== '';
  const file = named ? variable : await rememberedAuthority(environment, manager);
  if (file === undefined) return way;
  const from = named ? '--ca or BYWAY_CA' : '"ca" in config.json';
  return { ...way, ca: await readAuthorities(file, from) };
};
