import type { IncomingMessage, ServerResponse } from 'node:http';
import * as v from 'valibot';
import type { ExchangeSource } from '../recorder/source.ts';
import type { ExchangeSummary } from '../recorder/view.ts';
import { unknownRequest } from '../replay/session-exchanges.ts';
import { readJson, refuse, refuseWith, reply } from './answers.ts';
import { Followers } from './followers.ts';
import { editedBytesMax, listedCharactersMax, listedMax } from './limits.ts';
import { replayMessageSchema } from './messages.ts';

/**
 * Answers `GET /requests`, `GET /requests/follow` (lines of JSON, without end), `GET /requests/ID` with
 * any number of `reveal=`, and `POST /requests/ID/replay`. Secrets are in none of it but what is revealed.
 */
export const answerRequests = async (
  exchanges: ExchangeSource,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://session');
  const [, id = '', verb] =
    /^\/requests(?:\/(rq_\d{1,15}|follow)(?:\/(\w+))?)?$/.exec(pathname) ?? [];
  try {
    if (request.method === 'POST' && verb === 'replay') {
      return await replay(exchanges, id, request, response);
    }
    if (request.method !== 'GET' || verb !== undefined) return refuse(response, 404, nothing);
    if (pathname === '/requests') {
      return reply(response, 200, { requests: bounded(await exchanges.list()) });
    }
    if (id === 'follow') return follow(exchanges, response);
    if (id === '') return refuse(response, 404, nothing);
    const view = await exchanges.get(id, searchParams.getAll('reveal'));
    if (view === undefined) throw unknownRequest(id);
    return reply(response, 200, view);
  } catch (error) {
    return refuseWith(response, error);
  }
};

const nothing = 'There is nothing of that name.';

const replay = async (
  exchanges: ExchangeSource,
  id: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const message = v.safeParse(replayMessageSchema, await readJson(request, editedBytesMax));
  if (!message.success) return refuse(response, 400, 'The body is not understood.');
  return reply(response, 200, await exchanges.replay(id, message.output));
};

const followersOf = new WeakMap<ExchangeSource, Followers>();

const follow = (exchanges: ExchangeSource, response: ServerResponse): void => {
  const followers = followersOf.get(exchanges) ?? new Followers();
  if (!followersOf.has(exchanges)) {
    followersOf.set(exchanges, followers);
    exchanges.subscribe((changed) => followers.tell(() => changed));
  }
  followers.add(response);
};

/** As many as fit, the newest. */
const bounded = (all: readonly ExchangeSummary[]): readonly ExchangeSummary[] => {
  let characters = 0;
  return all.slice(0, listedMax).filter(({ path }) => {
    characters += path?.length ?? 0;
    return characters <= listedCharactersMax;
  });
};
