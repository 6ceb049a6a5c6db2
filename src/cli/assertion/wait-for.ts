import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../../base/errors.ts';
import type { LocalSession } from '../control/local-sessions.ts';
import type { Environment } from '../folders.ts';
import { isListening, localPort } from '../session/local-port.ts';
import { count } from '../wording/figures.ts';
import { tunnelInWords } from '../wording/sessions.ts';
import { lookEveryMs } from './limits.ts';
import { findTarget, type LocalTarget } from './local-target.ts';
import { requestsOf } from './read-assertion.ts';

/** What is waited for: that the way is whole down to the local port, or that so many requests came. */
export type Awaited =
  | { readonly type: 'ready' }
  | { readonly type: 'requests'; readonly count: number };

/** Reads `ready` or `requests=N`. Throws a usage error. */
export const readAwaited = (text: string): Awaited => {
  if (text === 'ready') return { type: 'ready' };
  const [, requests] = /^requests=(.*)$/.exec(text) ?? [];
  if (requests !== undefined) return { type: 'requests', count: requestsOf('--for', requests) };
  throw new UserError(`--for takes ready or requests=N, not "${text}".`, { kind: 'usage' });
};

/**
 * Waits for it, until an intercept of that name is there as well. Returns the intercept's name. Throws a `UserError` of
 * kind `not_ready` that says how it is when the time is over.
 */
export const waitFor = async (
  environment: Environment,
  name: string | undefined,
  awaited: Awaited,
  withinMs: number,
): Promise<string> => {
  const until = performance.now() + withinMs;
  for (;;) {
    const target = await findTarget(environment, name);
    const lack = target === undefined ? nothing(name) : await lackOf(target, awaited);
    if (lack === undefined) return target?.name ?? '';
    if (performance.now() >= until) throw tooLate(target?.name ?? name, awaited, withinMs, lack);
    await sleep(Math.min(lookEveryMs, Math.max(1, until - performance.now())));
  }
};

/** What is not yet as it is awaited, a sentence; undefined when all is. */
const lackOf = async (target: LocalTarget, awaited: Awaited): Promise<string | undefined> => {
  if (awaited.type === 'requests') {
    const requests = target.intercepts.reduce(
      (sum, { intercept }) => sum + (intercept?.requests ?? 0),
      0,
    );
    return requests >= awaited.count ? undefined : `${count(requests)} came so far.`;
  }
  for (const session of target.intercepts) {
    const lack = await lackOfReady(session);
    if (lack !== undefined) return lack;
  }
  return undefined;
};

const lackOfReady = async ({
  file,
  status,
  intercept,
}: LocalSession): Promise<string | undefined> => {
  if (status === undefined || intercept === undefined) return 'Its session does not answer.';
  const { tunnel } = status;
  if (tunnel.state === 'connecting' || tunnel.state === 'reconnecting') {
    return `The tunnel is ${tunnelInWords(tunnel)}.`;
  }
  if (intercept.state === 'paused') return 'It is paused.';
  if (intercept.state !== 'ready') return 'The way to it is not proved.';
  return (await isListening(localPort(file.port)))
    ? undefined
    : `Nothing listens on localhost:${file.port}.`;
};

const nothing = (name: string | undefined): string =>
  `No intercept${name === undefined ? '' : ` called "${name}"`} runs on this machine.`;

const tooLate = (
  name: string | undefined,
  awaited: Awaited,
  withinMs: number,
  lack: string,
): UserError => {
  const what =
    awaited.type === 'ready' ? 'was not ready' : `had not ${count(awaited.count)} requests`;
  return new UserError(`${name ?? 'Your intercept'} ${what} within ${withinMs / 1000} s. ${lack}`, {
    kind: 'not_ready',
    hint: 'byway status',
  });
};
