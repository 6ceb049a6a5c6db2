import { chmod } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Server } from 'node:net';
import * as v from 'valibot';
import { PatternFault } from '../../protocol/match/pattern/fault.ts';
import {
  type ArrivalsAnswer,
  type ArrivalsQuestion,
  arrivalsQuestionSchema,
} from '../assertion/arrivals-question.ts';
import type { ExchangeSource } from '../recorder/source.ts';
import type { StartedMessage } from '../session/background-message.ts';
import { readJson, refuse, reply } from './answers.ts';
import { Followers } from './followers.ts';
import { connectionsMax, controlVersion, headBytesMax, headMsMax, requestMsMax } from './limits.ts';
import {
  type AddMessage,
  addMessageSchema,
  type ControlStatus,
  leaveMessageSchema,
  versionHeader,
} from './messages.ts';
import { answerRequests } from './requests.ts';

/** What a session does when it is asked to. */
export type ControlHandlers = {
  readonly status: () => ControlStatus;
  /** False when it has no such intercept. Resolves when that is over. */
  readonly leave: (id: string) => Promise<boolean>;
  /** Takes in another intercept, or says why not. `gone` aborts when nobody waits any longer. */
  readonly add: (message: AddMessage, gone: AbortSignal) => Promise<StartedMessage | Refusal>;
  /** Which requests came. Throws `PatternFault`. */
  readonly arrivals: (question: ArrivalsQuestion) => ArrivalsAnswer;
  readonly exchanges: ExchangeSource;
};

export type Refusal = { readonly type: 'refused'; readonly error: string };

export type ControlServer = {
  /** Tells whoever follows events; `value` is one line of JSON. */
  readonly tell: (value: () => unknown) => void;
  /** Also removes the socket; may be called twice. */
  readonly close: () => void;
};

/**
 * Answers commands of the same user: `GET /status`, `GET /events` (lines of JSON, without end),
 * `POST /leave`, `POST /intercepts`, `POST /arrivals`, and what is under `/requests`. Rejects when it
 * can't listen there.
 */
export const startControlServer = async (
  path: string,
  handlers: ControlHandlers,
): Promise<ControlServer> => {
  const followers = new Followers();
  const server = createServer(
    {
      maxHeaderSize: headBytesMax,
      headersTimeout: headMsMax,
      requestTimeout: requestMsMax,
      connectionsCheckingInterval: headMsMax / 4,
      keepAlive: false,
    },
    (request, response) => {
      answer(handlers, followers, request, response).catch(() => response.destroy());
    },
  );
  server.maxConnections = connectionsMax;
  await listen(server, path);
  // Its folder is private already; this says the same of the socket itself.
  if (process.platform !== 'win32') await chmod(path, 0o600);
  return {
    tell: followers.tell,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
};

const listen = (server: Server, path: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      server.on('error', () => {}); // Of one connection that could not be accepted.
      resolve();
    });
  });

const answer = async (
  handlers: ControlHandlers,
  followers: Followers,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  if (request.headers[versionHeader] !== String(controlVersion)) {
    refuse(response, 400, `This session speaks version ${controlVersion} of its control socket.`);
    return;
  }
  switch (`${request.method} ${request.url}`) {
    case 'GET /status':
      return reply(response, 200, handlers.status());
    case 'GET /events':
      return followers.add(response);
    case 'POST /leave':
      return await leave(handlers, request, response);
    case 'POST /arrivals':
      return await arrivals(handlers, request, response);
    case 'POST /intercepts':
      return await add(handlers, request, response);
    default:
      if (isAboutRequests(request)) {
        return await answerRequests(handlers.exchanges, request, response);
      }
      return refuse(response, 404, 'There is nothing of that name.');
  }
};

const isAboutRequests = ({ url = '' }: IncomingMessage): boolean =>
  /^\/requests(?=[/?]|$)/.test(url);

const leave = async (
  handlers: ControlHandlers,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const message = v.safeParse(leaveMessageSchema, await readJson(request));
  if (!message.success) return refuse(response, 400, 'The body is not understood.');
  if (await handlers.leave(message.output.id)) return reply(response, 200, {});
  return refuse(response, 404, 'This session has no such intercept.');
};

const arrivals = async (
  handlers: ControlHandlers,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const question = v.safeParse(arrivalsQuestionSchema, await readJson(request));
  if (!question.success) return refuse(response, 400, 'The body is not understood.');
  try {
    return reply(response, 200, handlers.arrivals(question.output));
  } catch (error) {
    if (!(error instanceof PatternFault)) throw error;
    return refuse(response, 400, `A regular expression can't be used: ${error.message}.`);
  }
};

const add = async (
  handlers: ControlHandlers,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const message = v.safeParse(addMessageSchema, await readJson(request));
  if (!message.success) return refuse(response, 400, 'The body is not understood.');
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  const started = await handlers.add(message.output, gone.signal);
  if (started.type === 'refused') return refuse(response, 409, started.error);
  return reply(response, 200, started);
};
