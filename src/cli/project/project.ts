import { dirname } from 'node:path';
import * as v from 'valibot';
import type { UserError } from '../../base/errors.ts';
import { readText } from '../state-file.ts';
import { closest } from '../wording/closest.ts';
import { plain } from '../wording/plain.ts';
import { findProjectFile } from './find-file.ts';
import { readYaml, type YamlText } from './read-yaml.ts';
import { keysAt, type ProjectContent, projectSchema } from './schema.ts';
import { YamlFault, yamlError } from './yaml-fault.ts';

/** A project's file that was read. */
export type Project = {
  /** As people may see it. */
  readonly path: string;
  readonly folder: string;
  readonly content: ProjectContent;
  /** An error about one of its values, or its key, with file, line and column. */
  readonly errorAt: (
    path: readonly (string | number)[],
    part: 'key' | 'value',
    message: string,
    hint?: string,
  ) => UserError;
};

/** The project that a folder belongs to; undefined without a file. Throws a `UserError` of kind `usage`. */
export const findProject = async (folder: string): Promise<Project | undefined> => {
  const path = await findProjectFile(folder);
  if (path === undefined) return undefined;
  const text = await readText(path);
  return text === undefined ? undefined : readProject(path, text);
};

/** Throws a `UserError` that names line and column for whatever may not be in such a file. */
export const readProject = (path: string, text: string): Project => {
  try {
    const yaml = readYaml(text);
    const content = checked(yaml);
    return {
      path: plain(path),
      folder: dirname(path),
      content,
      errorAt: (at, part, message, hint) =>
        yamlError(path, text, new YamlFault(message, yaml.offsetOf(at, part), hint)),
    };
  } catch (error) {
    throw error instanceof YamlFault ? yamlError(path, text, error) : error;
  }
};

const checked = ({ value, offsetOf }: YamlText): ProjectContent => {
  refuseLists(value, [], offsetOf);
  // An empty file says nothing, which is no fault.
  const result = v.safeParse(projectSchema, value ?? {});
  if (result.success) return result.output;
  const issue = deepest(result.issues[0]);
  const path = pathOf(issue);
  if (issue.type === 'strict_object' && issue.expected === 'never')
    throw unknownKey(path, offsetOf);
  const isKey = issue.path?.at(-1)?.origin === 'key';
  throw new YamlFault(issue.message, offsetOf(path, isKey ? 'key' : 'value'));
};

/** Valibot takes a list for an object whose keys are numbers. */
const refuseLists = (
  value: unknown,
  path: readonly string[],
  offsetOf: YamlText['offsetOf'],
): void => {
  if (Array.isArray(value)) {
    throw new YamlFault('Keys belong here, not a list.', offsetOf(path, 'value'));
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [key, one] of Object.entries(value)) {
    if (leadsToKeys(path.length, key)) refuseLists(one, [...path, key], offsetOf);
  }
};

const leadsToKeys = (depth: number, key: string): boolean =>
  depth === 0 ? key === 'intercepts' : depth === 1 || (depth === 2 && key === 'match');

type Issue = v.BaseIssue<unknown>;

/** Of the alternatives that a value could have been, what is wrong with the one it is closest to. */
const deepest = (issue: Issue): Issue => {
  const inner = (issue.issues ?? []).map(deepest).filter(({ path }) => path !== undefined);
  const [best] = [...inner].sort((one, other) => pathOf(other).length - pathOf(one).length);
  if (best?.path === undefined) return issue;
  return { ...best, path: [...(issue.path ?? []), ...best.path] as NonNullable<Issue['path']> };
};

const pathOf = ({ path }: Issue): readonly (string | number)[] =>
  (path ?? []).map(({ key }) => key as string | number);

const unknownKey = (
  path: readonly (string | number)[],
  offsetOf: YamlText['offsetOf'],
): YamlFault => {
  const key = String(path.at(-1));
  const known = keysAt(path.slice(0, -1));
  const [near] = closest(key, known);
  return new YamlFault(
    `"${key}" is not known here.`,
    offsetOf(path, 'key'),
    near === undefined ? `Known are ${known.join(', ')}.` : `Did you mean ${near}?`,
  );
};
