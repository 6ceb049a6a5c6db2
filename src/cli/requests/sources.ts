import { UserError } from '../../base/errors.ts';
import type { Context } from '../context.ts';
import { findLocalSessions } from '../control/local-sessions.ts';
import { remoteExchanges } from '../control/remote-exchanges.ts';
import type { ExchangeSource } from '../recorder/source.ts';
import type { ExchangeView } from '../recorder/view.ts';
import { closest } from '../wording/closest.ts';
import { tellCrashed } from '../wording/sessions.ts';
import type { RequestName } from './request-id.ts';

/** One process of this machine whose requests can be asked for. */
export type SessionSource = {
  readonly socket: string;
  readonly intercepts: readonly { readonly id: string; readonly name: string }[];
  readonly exchanges: ExchangeSource;
};

/** Whether an intercept is called so, by its name or its id. */
export const isNamed = (
  wanted: string | undefined,
  { id, name }: { readonly id: string; readonly name: string },
): boolean => wanted === undefined || name === wanted || id === wanted;

/** Those that serve an intercept of that name or id; all without one. Throws `not_found` without any. */
export const findSources = async (
  { io, environment }: Pick<Context, 'io' | 'environment'>,
  name: string | undefined,
): Promise<readonly SessionSource[]> => {
  const { running, crashed } = await findLocalSessions(environment);
  tellCrashed(io, crashed);
  const bySocket = new Map<string, SessionSource['intercepts']>();
  for (const { file, status } of running) {
    if (file.socket === null || status === undefined) continue;
    const { id, name: called } = file;
    bySocket.set(file.socket, [...(bySocket.get(file.socket) ?? []), { id, name: called }]);
  }
  const all = [...bySocket].map(([socket, intercepts]) => ({
    socket,
    intercepts,
    exchanges: remoteExchanges(socket),
  }));
  const found = all.filter(({ intercepts }) => intercepts.some((one) => isNamed(name, one)));
  if (found.length > 0) return found;
  throw noSession(
    name,
    all.flatMap(({ intercepts }) => intercepts.map((one) => one.name)),
  );
};

const noSession = (name: string | undefined, names: readonly string[]): UserError => {
  if (name === undefined || names.length === 0) {
    return new UserError('No session runs on this machine, so no requests are recorded.', {
      kind: 'not_found',
      hint: 'byway intercept NAME --port 3000 --detach',
    });
  }
  const [near = names[0]] = closest(name, names);
  return new UserError(`No session on this machine serves "${name}".`, {
    kind: 'not_found',
    hint: `Did you mean ${near}?   byway inspect ${near}`,
  });
};

/** A request, and the session that has it. */
export type FoundRequest = { readonly source: SessionSource; readonly view: ExchangeView };

/**
 * Asks the sessions of this machine for one request. Throws a `UserError` of kind `not_found`, or of
 * kind `conflict` when several have one of that number.
 */
export const findRequest = async (
  context: Pick<Context, 'io' | 'environment'>,
  { intercept, id }: RequestName,
  reveal: readonly string[] = [],
): Promise<FoundRequest> => {
  const sources = await findSources(context, intercept);
  const answers = await Promise.all(
    sources.map(async (source) => ({ source, view: await source.exchanges.get(id, reveal) })),
  );
  const found = answers.flatMap(({ source, view }) =>
    view === undefined || !isNamed(intercept, { id: view.intercept, name: view.name })
      ? []
      : [{ source, view }],
  );
  const [first, ...others] = found;
  if (first === undefined) throw noRequest(intercept, id);
  if (others.length === 0) return first;
  const names = new Set(found.map(({ view }) => view.name));
  const unique = names.size === found.length;
  const choices = found.map(({ view }) => `${unique ? view.name : view.intercept}/${id}`);
  throw new UserError(`${found.length} sessions have a request ${id}.`, {
    kind: 'conflict',
    hint: `Say which   ${choices.join('   ')}`,
  });
};

const noRequest = (intercept: string | undefined, id: string): UserError =>
  new UserError(
    `There is no request ${intercept === undefined ? '' : `${intercept}/`}${id}, or no longer: they are kept for an hour, and the last 2,000.`,
    { kind: 'not_found', hint: 'See those that are there   byway inspect' },
  );
