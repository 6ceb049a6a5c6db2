import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Program and arguments that run npm: the one that started us, else the one beside node. */
export const npmCommand = (args) => {
  const beside = dirname(process.execPath);
  const candidates = [
    process.env.npm_execpath ?? '',
    join(beside, 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    join(beside, '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
  ];
  // Another package manager may have started us, and it knows no `ci`.
  const isNpm = (path) => basename(path).startsWith('npm-cli.') && existsSync(path);
  const script = candidates.find(isNpm);
  return script === undefined ? ['npm', ...args] : [process.execPath, script, ...args];
};
