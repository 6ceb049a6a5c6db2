import type { ServerResponse } from 'node:http';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { ApiProblem, problemOf } from './api-problem.ts';
import type { Refusals } from './refusals.ts';
import type { Answer } from './route.ts';

export const sendAnswer = (response: ServerResponse, { status, body }: Answer): void => {
  if (body === undefined) response.writeHead(status).end();
  else send(response, status, 'application/json', body);
};

type Answering = {
  readonly version: string;
  readonly log: Log;
  readonly refusals: Refusals;
};

/** Whatever was thrown, as a problem document; what is not an `ApiProblem` is our own fault. */
export const sendProblem = (
  response: ServerResponse,
  error: unknown,
  { version, log, refusals }: Answering,
): void => {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const reported = asProblem(error, log);
  const problem = problemOf(reported, version);
  refusals.count(problem.code);
  response.setHeaders(new Map(Object.entries(reported.headers)));
  if (problem.status === 401) response.setHeader('www-authenticate', 'Bearer');
  // The rest of a body that nobody reads would be taken for the next request.
  if (!response.req.complete) response.setHeader('connection', 'close');
  send(response, problem.status, 'application/problem+json', problem);
  response.req.resume();
};

const asProblem = (error: unknown, log: Log): ApiProblem => {
  if (error instanceof ApiProblem) return error;
  log.error({ error: messageOf(error) }, 'request failed');
  return new ApiProblem('internal', 'The manager could not do this. Its log says why.');
};

const send = (response: ServerResponse, status: number, type: string, body: unknown): void => {
  const text = JSON.stringify(body);
  response
    .writeHead(status, {
      'content-type': type,
      'content-length': Buffer.byteLength(text),
      'cache-control': 'no-store',
    })
    .end(text);
};
