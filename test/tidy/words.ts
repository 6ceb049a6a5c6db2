import type { Tree } from './tree.ts';

// Spelled in parts, so that this file has none of them.
const oneOf = (...words: readonly (readonly string[])[]): string =>
  words.map((parts) => parts.join('')).join('|');
const unfinished = new RegExp(`\\b(${oneOf(['TO', 'DO'], ['FIX', 'ME'], ['HA', 'CK'])})\\b`);
const machinePath = new RegExp(`(?<![\\w.~$}*-])/(${oneOf(['home'], ['root'], ['work'])})/`);
const registryHost = /\bregistry\.[a-z0-9-]+\.[a-z]|\bnpm[j]s\.(org|com)\b/i;

const isText = (file: string): boolean => !/\.(png|ico|gif|woff2?)$/.test(file);
/** Its hashes may spell anything. */
const isLockFile = (file: string): boolean => file === 'package-lock.json';

/** Words in any file that have no place in a repository, with their line. */
export const wordFaults = (tree: Tree): readonly string[] =>
  tree.files.filter(isText).flatMap((file) => {
    const rules: readonly (readonly [RegExp, string])[] = isLockFile(file)
      ? [[registryHost, 'names a registry']]
      : [
          [unfinished, 'has unfinished work'],
          [machinePath, "names a machine's folder"],
          [registryHost, 'names a registry'],
        ];
    return tree
      .text(file)
      .split('\n')
      .flatMap((line, index) =>
        rules
          .filter(([pattern]) => pattern.test(line))
          .map(([, fault]) => `${file}:${index + 1}: ${fault}`),
      );
  });
