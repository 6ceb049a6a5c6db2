import { homedir } from 'node:os';
import { join } from 'node:path';

type Surroundings = {
  readonly platform: NodeJS.Platform;
  readonly environment: Readonly<Record<string, string | undefined>>;
};

/** Where a manager keeps its state when `--data` is not given: the user's folder for state. */
export const usualDataFolder = ({ platform, environment }: Surroundings): string => {
  if (platform === 'win32') {
    return join(
      environment['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local'),
      'byway/manager',
    );
  }
  const state = environment['XDG_STATE_HOME'] || join(homedir(), '.local', 'state');
  return join(state, 'byway', 'manager');
};
