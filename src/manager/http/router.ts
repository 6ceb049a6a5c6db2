import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Log } from '../../base/log.ts';
import type { Role } from '../../protocol/api.ts';
import { readOffer, upgradeOffer } from '../../tunnel/versions.ts';
import type { Attachments } from '../identity/attachments.ts';
import type { Principal } from '../identity/principal.ts';
import { eventStreamsMax, eventStreamsPerTokenMax } from '../limits.ts';
import { sendAnswer, sendProblem } from './answers.ts';
import { ApiProblem } from './api-problem.ts';
import { checked, readJson } from './body.ts';
import { type EventChannel, openEventStream } from './event-stream.ts';
import { matchPath } from './path.ts';
import type { Refusals } from './refusals.ts';
import type { Call, EventsRoute, JsonRoute, Route, UpgradeRoute } from './route.ts';

export type RouterOptions = {
  readonly routes: readonly Route[];
  readonly authenticate: (authorization: string | undefined) => Principal;
  readonly attachments: Attachments;
  readonly version: string;
  readonly log: Log;
  readonly refusals: Refusals;
};

/** Serves requests by a table of routes. */
export type Router = {
  /** Never rejects: what fails becomes a problem document. */
  readonly serve: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  /** The route that an Upgrade asks for, granted or refused by a throw; undefined for no tunnel. */
  readonly upgrade: (
    request: IncomingMessage,
  ) => ((socket: Duplex, head: Buffer) => Promise<void>) | undefined;
  /** Event streams that are open. */
  readonly openStreams: () => number;
  /** Ends every event stream. */
  readonly endStreams: () => void;
};

type Found = { readonly route: Route; readonly params: Readonly<Record<string, string>> };

export const routeBy = (options: RouterOptions): Router => {
  const { routes, authenticate, attachments } = options;
  const channels = new Set<EventChannel>();

  const admit = (request: IncomingMessage, roles: readonly Role[]): Principal => {
    const principal = authenticate(request.headers.authorization);
    if (!roles.includes(principal.role)) throw wrongRole(principal);
    return principal;
  };

  const callOf = async (
    request: IncomingMessage,
    { route, params }: { readonly route: JsonRoute | EventsRoute } & Pick<Found, 'params'>,
    principal: Principal,
  ): Promise<Call> => ({
    principal,
    params,
    query: queryOf(request, route),
    body:
      'body' in route
        ? checked(route.body, await readJson(request, route.bodyBytesMax), 'The body')
        : undefined,
  });

  const serveEvents = (
    start: ReturnType<EventsRoute['handle']>,
    principal: Principal,
    response: ServerResponse,
  ): void => {
    const own = attachments.count(principal.tokenId);
    if (channels.size >= eventStreamsMax || own >= eventStreamsPerTokenMax) {
      throw new ApiProblem('too_many', 'Too many event streams and tunnels are open.');
    }
    const channel = openEventStream(response);
    channels.add(channel);
    const detach = attachments.attach(principal.tokenId, channel.end);
    let stop = (): void => {};
    response.once('close', () => {
      channels.delete(channel);
      detach();
      stop();
    });
    stop = start(channel);
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { route, params } = find(routes, request);
    if (route.kind === 'open') {
      sendAnswer(response, route.handle());
      return;
    }
    const principal = admit(request, route.roles);
    if (route.kind === 'upgrade') {
      throw new ApiProblem(
        'upgrade_required',
        `A tunnel begins with "Upgrade: ${offerOf(route)}".`,
        {},
        { upgrade: offerOf(route) },
      );
    }
    const call = await callOf(request, { route, params }, principal);
    if (route.kind === 'json') sendAnswer(response, await route.handle(call));
    else serveEvents(route.handle(call), principal, response);
  };

  return {
    serve: async (request, response) => {
      try {
        await answer(request, response);
      } catch (error) {
        sendProblem(response, error, options);
      }
    },
    upgrade: (request) => {
      const route = upgradeRoute(routes, request);
      return route?.handle(admit(request, route.roles), request);
    },
    openStreams: () => channels.size,
    endStreams: () => {
      for (const channel of channels) channel.end();
    },
  };
};

/** Undefined when the request may be served as if it had not asked for an upgrade. */
const upgradeRoute = (
  routes: readonly Route[],
  request: IncomingMessage,
): UpgradeRoute | undefined => {
  const upgrade = request.headers.upgrade ?? '';
  const isWebSocket = upgrade.toLowerCase() === 'websocket';
  if (!isWebSocket && readOffer(upgrade).length === 0) return undefined;
  const { route } = find(routes, request);
  if (route.kind !== 'upgrade') return undefined;
  return (route.upgrade === 'websocket') === isWebSocket ? route : undefined;
};

const offerOf = ({ upgrade }: UpgradeRoute): string =>
  upgrade === 'websocket' ? upgrade : upgradeOffer;

const find = (routes: readonly Route[], { method, url }: IncomingMessage): Found => {
  const [path = ''] = (url ?? '').split('?', 1);
  const here = routes.flatMap((route) => {
    const params = matchPath(route.path, path);
    return params === undefined ? [] : [{ route, params }];
  });
  const found = here.find(({ route }) => route.method === method);
  if (found !== undefined) return found;
  if (here.length === 0)
    throw new ApiProblem('not_found', `There is nothing at ${path.slice(0, 200)}.`);
  const methods = here.map(({ route }) => route.method).join(', ');
  throw new ApiProblem(
    'method_not_allowed',
    `${path} answers only ${methods}.`,
    {},
    { allow: methods },
  );
};

const queryOf = (
  { url }: IncomingMessage,
  { query: schema }: JsonRoute | EventsRoute,
): Readonly<Record<string, string>> => {
  if (schema === undefined) return {};
  const [, text = ''] = /\?(.*)$/.exec(url ?? '') ?? [];
  const entries = Object.entries(
    checked(schema, Object.fromEntries(new URLSearchParams(text)), 'The query'),
  );
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
};

const wrongRole = ({ role }: Principal): ApiProblem =>
  new ApiProblem('forbidden', `A token with the role "${role}" may not do this.`);
