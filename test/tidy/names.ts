import type { Tree } from './tree.ts';

/** Folders that say nothing about what is in them. */
const emptyNames = ['utils', 'helpers', 'common', 'shared', 'types'];
const programFolders = /^(bin|src|test|scripts|examples)\//;
const kebabCase = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/** Folders under src/ whose name is no concept. */
export const folderFaults = ({ files }: Tree): readonly string[] =>
  files
    .filter((file) => file.startsWith('src/'))
    .filter((file) => file.split('/').some((name) => emptyNames.includes(name)))
    .map((file) => `${file}: a folder is named after a concept`);

/** Files and folders of programs that are not in kebab-case. */
export const nameFaults = ({ files }: Tree): readonly string[] =>
  files
    .filter((file) => programFolders.test(file))
    .filter((file) => !file.split('/').every((name) => kebabCase.test(name.split('.')[0] ?? '')))
    .map((file) => `${file}: is not in kebab-case`);
