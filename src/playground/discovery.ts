import { messageOf } from '../base/errors.ts';
import { configuredEndpoint } from '../cli/configuration.ts';
import {
  readPlaygroundFile,
  removePlaygroundFile,
  writePlaygroundFile,
} from '../cli/playground-file.ts';
import type { Discovery } from './next.ts';
import type { Shop } from './shop-processes.ts';

/**
 * Makes the playground known to other terminals, unless they would go elsewhere: to a configured
 * manager, or to another playground that runs already and keeps its place. Never rejects.
 */
export const announce = async (shop: Shop): Promise<Discovery> => {
  try {
    return await register(shop);
  } catch (error) {
    const why = `Other terminals will not find it by themselves: ${messageOf(error)}`;
    return { found: false, why };
  }
};

const register = async ({ manager, tokenFile }: Shop): Promise<Discovery> => {
  const { env, pid } = process;
  const other = await readPlaygroundFile(env);
  if (other !== undefined && other.pid !== pid) {
    return { found: false, why: `Another playground runs here (${other.manager}).` };
  }
  await writePlaygroundFile(env, { manager: manager.origin, tokenFile, pid });
  const configured = await configuredEndpoint(undefined, env);
  if (configured === undefined) return { found: true };
  return { found: false, why: `Commands here go to ${configured.manager.origin} as configured.` };
};

/** Takes back what `announce` did. */
export const withdraw = (): Promise<void> => removePlaygroundFile(process.env, process.pid);
