import { type IncomingMessage, request as requestHttp } from 'node:http';
import * as v from 'valibot';
import { UserError } from '../../base/errors.ts';
import {
  type ArrivalsAnswer,
  type ArrivalsQuestion,
  arrivalsAnswerSchema,
} from '../assertion/arrivals-question.ts';
import { type StartedMessage, startedMessageSchema } from '../session/background-message.ts';
import { addMsMax, answerBytesMax, controlVersion, leaveMsMax, statusMsMax } from './limits.ts';
import {
  type AddMessage,
  type ControlStatus,
  controlStatusSchema,
  refusalSchema,
  versionHeader,
} from './messages.ts';
import { assertOwnSocket } from './socket-path.ts';

/** A session refused what it was asked; the message is its own. */
export class ControlRefused extends UserError {
  override readonly name: string = 'ControlRefused';
}

/** How a session is. Rejects with a system error when nobody listens there, and as `call`. */
export const askStatus = (socket: string): Promise<ControlStatus> =>
  call(socket, { method: 'GET', path: '/status', milliseconds: statusMsMax }, controlStatusSchema);

/** Ends an intercept without asking its manager first. */
export const askLeave = async (socket: string, id: string): Promise<void> => {
  const body = { id };
  await call(
    socket,
    { method: 'POST', path: '/leave', body, milliseconds: leaveMsMax },
    v.looseObject({}),
  );
};

/** Hands a plan over; resolves with what came of it. */
export const askToAdd = (socket: string, body: AddMessage): Promise<StartedMessage> =>
  call(
    socket,
    { method: 'POST', path: '/intercepts', body, milliseconds: addMsMax },
    startedMessageSchema,
  );

/** Which requests came to a session. */
export const askArrivals = (socket: string, body: ArrivalsQuestion): Promise<ArrivalsAnswer> =>
  call(
    socket,
    { method: 'POST', path: '/arrivals', body, milliseconds: statusMsMax },
    arrivalsAnswerSchema,
  );

export type Call = {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: unknown;
  /** The longest wait for the whole answer. */
  readonly milliseconds: number;
  /** Of the answer; 1 MiB without. */
  readonly bytesMax?: number;
};

/**
 * Rejects with `ControlRefused`, or with a `UserError` when the answer is too late, too long or not
 * understood, or when the socket could be somebody else's.
 */
export const call = async <T>(
  socket: string,
  { method, path, body, milliseconds, bytesMax = answerBytesMax }: Call,
  schema: v.GenericSchema<unknown, T>,
): Promise<T> => {
  await assertOwnSocket(socket);
  const signal = AbortSignal.timeout(milliseconds);
  try {
    const answer = await send(socket, method, path, body, signal);
    const content = jsonOf(await readAll(answer, bytesMax));
    if (answer.statusCode !== 200) throw refusal(content);
    const parsed = v.safeParse(schema, content);
    if (parsed.success) return parsed.output;
    throw new UserError('The session answers in an unknown form. Was it started by another byway?');
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new UserError(`The session did not answer within ${milliseconds / 1000} s.`, {
      kind: 'not_ready',
      cause: error,
    });
  }
};

export const send = (
  socketPath: string,
  method: string,
  path: string,
  body: unknown,
  signal: AbortSignal,
): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const headers = { [versionHeader]: String(controlVersion), connection: 'close' };
    const request = requestHttp({ socketPath, method, path, headers, signal, agent: false });
    request.once('response', resolve);
    request.on('error', reject);
    request.end(body === undefined ? undefined : JSON.stringify(body));
  });

const readAll = async (answer: IncomingMessage, bytesMax: number): Promise<string> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bytesMax) {
      throw new UserError(`The session answers more than ${bytesMax / 1024 / 1024} MiB.`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};

const refusal = (content: unknown): UserError => {
  const parsed = v.safeParse(refusalSchema, content);
  if (!parsed.success) return new ControlRefused('The session refused.');
  const { error, kind = 'error', hint } = parsed.output;
  return new ControlRefused(error, { kind, hint });
};

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // No schema accepts undefined, so the caller says it.
  }
};
