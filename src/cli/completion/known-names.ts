import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import { findEndpoint } from '../configuration.ts';
import { tokenInFile } from '../credentials/credentials-file.ts';
import { type Environment, runtimeFolder } from '../folders.ts';
import { createManagerClient } from '../manager-client/client.ts';
import { readSessionNames } from '../session/session-file.ts';
import { readStateFile, readText, writeStateFile } from '../state-file.ts';
import { wayTo } from '../way-to.ts';
import type { NameKind } from './names-for.ts';

/** Milliseconds that the manager has to answer somebody who waits at a prompt. */
const answerMsMax = 300;
/** Milliseconds for which it is not asked again, and for which an old answer is better than none. */
const freshMs = 5_000;
const staleMs: number = 60 * 60 * 1000;
const namesMax = 500;

type Known = {
  readonly manager: string;
  readonly at: number;
  readonly services: readonly string[];
  readonly intercepts: readonly string[];
};

const list = v.pipe(v.array(v.string()), v.maxLength(namesMax));
const knownSchema: v.GenericSchema<unknown, Known> = v.object({
  manager: v.string(),
  at: v.number(),
  services: list,
  intercepts: list,
});

/** A name that a shell takes as it is; others are not offered, whoever invented them. */
const harmless = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,128}$/;

/**
 * Names of services, of one's intercepts, or of the project's file. Never asks a person and never looks
 * into the keychain, which might; where anything is missing there are fewer names, or none.
 */
export const knownNames = async (
  environment: Environment,
  kind: NameKind,
): Promise<readonly string[]> => {
  const names = kind === 'project' ? await projectNames() : await managerNames(environment, kind);
  return [...new Set(names)].filter((name) => harmless.test(name)).sort();
};

const projectNames = async (): Promise<readonly string[]> => {
  const { openProject } = await import('../project/open-project.ts');
  const { content } = await openProject();
  return Object.keys(content.intercepts ?? {});
};

const managerNames = async (
  environment: Environment,
  kind: 'services' | 'intercepts',
): Promise<readonly string[]> => {
  const [here, there] = await Promise.allSettled([
    kind === 'intercepts' ? readSessionNames(environment) : [],
    managersNames(environment, kind),
  ]);
  return [here, there].flatMap((names) => (names.status === 'fulfilled' ? names.value : []));
};

const managersNames = async (
  environment: Environment,
  kind: 'services' | 'intercepts',
): Promise<readonly string[]> => {
  const { manager, tokenFile } = await findEndpoint(undefined, environment);
  const path = join(runtimeFolder(environment), 'completion.json');
  const known = await readStateFile(path, knownSchema).catch(() => undefined);
  const age = known?.manager === manager.href ? Date.now() - known.at : Number.POSITIVE_INFINITY;
  if (known !== undefined && age >= 0 && age < freshMs) return known[kind];
  const token = await tokenFor(environment, manager, tokenFile);
  const asked = token === undefined ? undefined : ask(environment, manager, token);
  const answer = await Promise.race([
    asked?.catch(() => undefined),
    sleep(answerMsMax, undefined, { ref: false }),
  ]);
  if (answer === undefined) return age < staleMs ? (known?.[kind] ?? []) : [];
  await writeStateFile(path, answer).catch(() => {});
  return answer[kind];
};

const ask = async (environment: Environment, manager: URL, token: string): Promise<Known> => {
  const client = createManagerClient({ ...(await wayTo(manager, environment)), token });
  const [me, workloads, intercepts] = await Promise.all([
    client.me(),
    client.workloads(),
    client.intercepts(),
  ]);
  const own = intercepts.filter(({ owner }) => owner === me.user);
  return {
    manager: manager.href,
    at: Date.now(),
    services: workloads.map(({ workload }) => workload.name).slice(0, namesMax),
    intercepts: own.map(({ workload }) => workload.name).slice(0, namesMax),
  };
};

const tokenFor = async (
  environment: Environment,
  { href }: URL,
  tokenFile: string | undefined,
): Promise<string | undefined> => {
  const variable = environment['BYWAY_TOKEN'];
  if (variable !== undefined && variable !== '') return variable.trim();
  if (tokenFile !== undefined) return (await readText(tokenFile))?.trim();
  return await tokenInFile(environment, href);
};
