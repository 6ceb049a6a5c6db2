import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** Variables of the environment, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where what the user configured is kept: `BYWAY_CONFIG_DIR`, or `byway` where the system says. */
export const configurationFolder = (environment: Environment): string => {
  const own = environment['BYWAY_CONFIG_DIR'];
  if (own !== undefined && own !== '') return own;
  const application = absolute(environment['APPDATA']);
  if (process.platform === 'win32' && application !== undefined) return join(application, 'byway');
  return join(absolute(environment['XDG_CONFIG_HOME']) ?? join(homedir(), '.config'), 'byway');
};

/** Where what lives as long as a process is kept; the configuration folder where there is none. */
export const runtimeFolder = (environment: Environment): string => {
  const runtime = absolute(environment['XDG_RUNTIME_DIR']);
  return runtime === undefined ? configurationFolder(environment) : join(runtime, 'byway');
};

// The XDG specification asks to ignore relative paths.
const absolute = (path: string | undefined): string | undefined =>
  path !== undefined && isAbsolute(path) ? path : undefined;
