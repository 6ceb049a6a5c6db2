import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type * as v from 'valibot';
import type { Role } from '../../protocol/api.ts';
import type { ProblemCode } from '../../protocol/problem.ts';
import type { Principal } from '../identity/principal.ts';
import type { EventChannel } from './event-stream.ts';

/** What a handler gets: who asks, the path's and the query's values, and the checked body. */
export type Call<Body = unknown> = {
  readonly principal: Principal;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: Body;
};

export type Answer = { readonly status: number; readonly body?: unknown };

export type AnySchema = v.GenericSchema<unknown, unknown>;

type Described = {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** With `{name}` for a segment of any value. */
  readonly path: string;
  readonly summary: string;
  /** Problems beside those that every route may answer. */
  readonly problems: readonly ProblemCode[];
};

/** Everyone may ask, without a token. */
export type OpenRoute = Described & {
  readonly kind: 'open';
  readonly answers: Readonly<Record<number, AnySchema | null>>;
  readonly handle: () => Answer;
};

export type JsonRoute = Described & {
  readonly kind: 'json';
  readonly roles: readonly Role[];
  /** An object of strings. */
  readonly query?: v.GenericSchema<unknown, Readonly<Record<string, string | undefined>>>;
  readonly body?: AnySchema;
  /** Of the body; 64 KB without. */
  readonly bodyBytesMax?: number;
  /** By status; null for an answer without a body. */
  readonly answers: Readonly<Record<number, AnySchema | null>>;
  readonly handle: (call: Call) => Answer | Promise<Answer>;
};

/** Server-sent events, each with a `type`. */
export type EventsRoute = Described & {
  readonly kind: 'events';
  readonly roles: readonly Role[];
  readonly query?: v.GenericSchema<unknown, Readonly<Record<string, string | undefined>>>;
  readonly event: AnySchema;
  /** Everything that may be refused is refused here; returns what begins the stream. */
  readonly handle: (call: Call) => (channel: EventChannel) => () => void;
};

/** Turns the connection round; without an Upgrade it answers `upgrade_required`. */
export type UpgradeRoute = Described & {
  readonly kind: 'upgrade';
  /** What the request's Upgrade must ask for; a version is chosen by the route. */
  readonly upgrade: 'byway-tunnel' | 'websocket';
  readonly roles: readonly Role[];
  readonly headers: Readonly<Record<string, string>>;
  /** Everything that may be refused is refused here; returns what takes the connection over. */
  readonly handle: (
    principal: Principal,
    request: IncomingMessage,
  ) => (socket: Duplex, head: Buffer) => Promise<void>;
};

export type Route = OpenRoute | JsonRoute | EventsRoute | UpgradeRoute;

/** A JSON route whose handler gets the body in the type of its schema. */
export const withBody = <Body>(
  route: Omit<JsonRoute, 'kind' | 'body' | 'handle'> & {
    readonly body: v.GenericSchema<unknown, Body>;
    readonly handle: (call: Call<Body>) => Answer | Promise<Answer>;
  },
): JsonRoute => ({ ...route, kind: 'json', handle: (call) => route.handle(call as Call<Body>) });

export const everyRole: readonly Role[] = ['owner', 'user', 'ci', 'agent'];
/** Roles that act for a person or a CI job. */
export const laptopRoles: readonly Role[] = ['owner', 'user', 'ci'];
export const agentRoles: readonly Role[] = ['owner', 'agent'];
