import { UserError } from '../../base/errors.ts';
import { readInterceptPlan } from '../arguments/intercept-plan.ts';
import type { InterceptPlan } from '../session/plan.ts';
import { closest } from '../wording/closest.ts';
import type { Project } from './project.ts';
import type { ProjectIntercept, ProjectMatch } from './schema.ts';

/** An intercept of the file, with the name that it has there. */
export type NamedPlan = { readonly label: string; readonly plan: InterceptPlan };

/** Throws a `UserError` that names the line for what `byway intercept` would refuse as well. */
export const plansOf = async (
  project: Project,
  labels: readonly string[],
): Promise<readonly NamedPlan[]> => {
  const all = project.content.intercepts ?? {};
  const known = Object.keys(all);
  if (known.length === 0) {
    throw new UserError(`${project.path} names no intercept.`, {
      kind: 'usage',
      hint: 'intercepts:\n  NAME:\n    port: 3000',
    });
  }
  const plans: NamedPlan[] = [];
  for (const label of labels.length === 0 ? known : new Set(labels)) {
    const intercept = Object.hasOwn(all, label) ? all[label] : undefined;
    if (intercept === undefined) throw unknown(project, label, known);
    plans.push({ label, plan: await planOf(project, label, intercept) });
  }
  return plans;
};

const planOf = async (
  project: Project,
  label: string,
  intercept: ProjectIntercept,
): Promise<InterceptPlan> => {
  const command = commandOf(project, label, intercept);
  try {
    const plan = await readInterceptPlan({
      names: [intercept.service ?? label],
      command,
      port: intercept.port === undefined ? undefined : String(intercept.port),
      matching: matchOf(intercept.match),
      for: intercept.for,
      guards: {
        localTimeout: intercept['local-timeout'],
        whenSlow: intercept['when-slow'],
        whenDown: intercept['when-down'],
        maxInFlight: textOf(intercept['max-in-flight']),
        maxRps: textOf(intercept['max-rps']),
      },
    });
    return command.length === 0 ? plan : { ...plan, folder: project.folder };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw atItsLine(project, label, intercept, error);
  }
};

const textOf = (value: number | undefined): string | undefined =>
  value === undefined ? undefined : String(value);

const listOf = (value: string | string[] | undefined): readonly string[] | undefined =>
  typeof value === 'string' ? [value] : value;

const matchOf = (match: string | ProjectMatch | undefined) => {
  if (match === undefined) return {};
  if (typeof match === 'string') return { match };
  return {
    httpHeader: listOf(match['http-header']),
    httpPathEqual: match['http-path-equal'],
    httpPathPrefix: match['http-path-prefix'],
    httpPathRegex: match['http-path-regex'],
    httpMethod: match['http-method'],
    httpQuery: listOf(match['http-query']),
    baggage: listOf(match.baggage),
    match: match.expression,
  };
};

// What a shell would do something with; nobody starts one here.
const forShells = /["'\\$`|&;<>(){}*?#~]|\[|\]/;

const commandOf = (
  project: Project,
  label: string,
  { command = [] }: ProjectIntercept,
): readonly string[] => {
  if (typeof command !== 'string') return command;
  if (!forShells.test(command)) return command.trim().split(/\s+/);
  throw project.errorAt(
    ['intercepts', label, 'command'],
    'value',
    'A command is started without a shell, so quotes, variables and the like mean nothing.',
    'Write its words as a list   command: [npm, run, dev]',
  );
};

/** The message of a flag, said of the key with its name. */
const atItsLine = (
  project: Project,
  label: string,
  intercept: ProjectIntercept,
  { message, hint }: UserError,
): UserError => {
  const [, flag = ''] = /--([a-z-]+)/.exec(message) ?? [];
  const inMatch = typeof intercept.match === 'object' && flag !== 'match';
  const paths = [
    ['intercepts', label, ...(inMatch ? ['match'] : []), flag],
    ['intercepts', label, 'match', 'expression'],
    ['intercepts', label, flag],
    ['intercepts', label],
  ];
  const isThere = (path: readonly string[]): boolean =>
    path.reduce<unknown>((at, key) => (isObject(at) ? at[key] : undefined), project.content) !==
    undefined;
  const path = paths.find(isThere) ?? ['intercepts', label];
  const own = /byway|^On which/.test(hint ?? '') ? undefined : hint?.replace(/--(?=[a-z])/g, '');
  const sentence = message.startsWith('On which port')
    ? `On which port of this machine does your ${label} listen? Say port or command.`
    : message.replace(/--(?=[a-z])/g, '').replace(/ Nothing was changed\.$/, '');
  return project.errorAt(path, 'value', sentence, own);
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

const unknown = (project: Project, label: string, known: readonly string[]): UserError => {
  const [near] = closest(label, known);
  return new UserError(`${project.path} has no intercept called "${label}". Nothing was changed.`, {
    kind: 'not_found',
    hint:
      near === undefined
        ? `It has ${known.join(', ')}.`
        : `Did you mean ${near}?   byway up ${near}`,
  });
};
