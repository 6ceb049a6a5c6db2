import type { Readable } from 'node:stream';
import type { Method } from 'got';
import * as v from 'valibot';
import { UserError } from '../../base/errors.ts';
import { type Problem, problemSchema } from '../../protocol/problem.ts';
import type { Way } from '../../tunnel/way.ts';
import { answerBytesMax, answerMsMax, connectMsMax, exchangeMsMax } from './limits.ts';
import { ManagerAgent } from './manager-agent.ts';
import { ManagerError } from './manager-error.ts';
import { unreachable } from './unreachable.ts';

/** Whom to ask, and as whom. */
export type Connection = Way & { readonly token: string };

export type Request = {
  readonly method: Method;
  /** From the root of the API, with its query: `/v1/me`. */
  readonly path: string;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
};

/**
 * One question to the manager and its answer, checked by `schema`. Throws `ManagerError` for a
 * problem document, or a `UserError` of kind `unreachable`. Never asks twice, never redirects.
 */
export const ask = async <T>(
  connection: Connection,
  request: Request,
  schema: v.GenericSchema<unknown, T>,
): Promise<T> => {
  const answer = await open(connection, request, exchangeMsMax);
  const text = await readAll(connection, answer);
  const parsed = v.safeParse(schema, jsonOf(text));
  if (parsed.success) return parsed.output;
  throw new UserError(`${connection.manager.origin} answers ${request.path} in an unknown form.`, {
    hint: 'Are byway and the manager of the same version?   byway status',
  });
};

/** Like `ask`, for an answer without content. */
export const tell = async (connection: Connection, request: Request): Promise<void> => {
  await readAll(connection, await open(connection, request, exchangeMsMax));
};

/** Opens an answer that has no end; `signal` ends it. Throws like `ask`. */
export const openStream = (connection: Connection, request: Request): Promise<Readable> =>
  open(connection, { ...request, method: 'GET' }, undefined);

const open = async (
  connection: Connection,
  { method, path, body, signal }: Request,
  requestMsMax: number | undefined,
): Promise<Readable> => {
  const { got } = await import('got');
  const url = connection.manager.href.replace(/\/$/, '') + path;
  const stream = got.stream(url, {
    method,
    headers: { authorization: `Bearer ${connection.token}` },
    throwHttpErrors: false,
    followRedirect: false,
    decompress: false,
    retry: { limit: 0 },
    agent: { http: agentOf(connection), https: agentOf(connection) },
    timeout: {
      lookup: connectMsMax,
      connect: connectMsMax,
      secureConnect: connectMsMax,
      response: answerMsMax,
      ...(requestMsMax === undefined ? {} : { request: requestMsMax }),
    },
    ...(body === undefined ? {} : { json: body }),
    ...(signal === undefined ? {} : { signal }),
  });
  // A method that may have a body waits for one.
  if (method !== 'GET' && body === undefined) stream.end();
  const status = await new Promise<number>((resolve, reject) => {
    stream.once('response', ({ statusCode }: { readonly statusCode: number }) =>
      resolve(statusCode),
    );
    stream.on('error', (error) => reject(unreachable(connection.manager, error)));
  });
  if (status >= 200 && status < 300) return stream;
  throw refusal(connection, status, await readAll(connection, stream));
};

const agents = new WeakMap<Connection, ManagerAgent>();

/** One for each connection, so that requests of one command share what is connected already. */
const agentOf = (connection: Connection): ManagerAgent => {
  const agent = agents.get(connection) ?? new ManagerAgent(connection);
  agents.set(connection, agent);
  return agent;
};

const readAll = async (connection: Connection, answer: Readable): Promise<string> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > answerBytesMax) throw new UserError('The manager answers more than 16 MiB.');
      chunks.push(chunk);
    }
  } catch (error) {
    throw error instanceof UserError ? error : unreachable(connection.manager, error);
  }
  return Buffer.concat(chunks).toString('utf8');
};

const refusal = ({ manager }: Connection, status: number, text: string): UserError => {
  const parsed = v.safeParse(problemSchema, jsonOf(text));
  if (parsed.success) return new ManagerError(parsed.output);
  if (status === 401) return new ManagerError(unknownToken);
  return new UserError(`${manager.origin} answered with status ${status}, not as a manager does.`, {
    kind: status >= 500 ? 'unreachable' : 'error',
    hint: 'Is that the address of a Byway manager?   byway whoami --manager URL',
  });
};

const unknownToken: Problem = {
  type: 'urn:byway:problem:not_logged_in',
  code: 'not_logged_in',
  title: 'Not logged in',
  status: 401,
  detail: 'Not logged in.',
};

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // No schema accepts undefined, so the caller says it.
  }
};
