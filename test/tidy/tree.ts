import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A checked-out repository. */
export type Tree = {
  /** Paths of all files that belong to it, relative, with forward slashes, sorted. */
  readonly files: readonly string[];
  readonly text: (file: string) => string;
};

/** Reads the tree under `root` without what its `.gitignore` names (plain names and `*.ending`). */
export const readTree = (root: string): Tree => {
  const ignored = ignoredNames(root);
  const walk = (folder: string): readonly string[] =>
    readdirSync(join(root, folder), { withFileTypes: true })
      .filter(({ name }) => !ignored(name))
      .flatMap((entry) => {
        const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
        return entry.isDirectory() ? walk(path) : [path];
      });
  return { files: [...walk('')].sort(), text: (file) => readFileSync(join(root, file), 'utf8') };
};

const ignoredNames = (root: string): ((name: string) => boolean) => {
  const lines = readFileSync(join(root, '.gitignore'), 'utf8').split('\n');
  const patterns = lines.map((line) => line.trim().replace(/\/$/, '')).filter((line) => line);
  return (name) =>
    name === '.git' ||
    patterns.some((pattern) =>
      pattern.startsWith('*') ? name.endsWith(pattern.slice(1)) : name === pattern,
    );
};

/** TypeScript files under `src/`. */
export const sourcesOf = ({ files }: Tree): readonly string[] =>
  files.filter((file) => /^src\/.+\.tsx?$/.test(file));
