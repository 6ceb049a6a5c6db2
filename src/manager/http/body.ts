import type { IncomingMessage } from 'node:http';
import * as v from 'valibot';
import { apiBodyBytesMax } from '../../protocol/limits.ts';
import { ApiProblem } from './api-problem.ts';

/** Reads a request's JSON body, at most 64 KB without another limit. Throws `too_large` or `bad_request`. */
export const readJson = async (
  request: IncomingMessage,
  bytesMax: number = apiBodyBytesMax,
): Promise<unknown> => {
  if (Number(request.headers['content-length'] ?? 0) > bytesMax) throw tooLarge(bytesMax);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    bytes += chunk.length;
    if (bytes > bytesMax) throw tooLarge(bytesMax);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    throw new ApiProblem('bad_request', 'The body is not JSON.');
  }
};

const tooLarge = (bytesMax: number): ApiProblem =>
  new ApiProblem('too_large', `The body is larger than ${bytesMax} bytes.`);

const messageCharactersMax = 200;

/** Checks something from outside. Throws `bad_request` that names the first wrong place. */
export const checked = <Output>(
  schema: v.GenericSchema<unknown, Output>,
  input: unknown,
  what: string,
): Output => {
  const result = v.safeParse(schema, input);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const message = issue.message.slice(0, messageCharactersMax);
  throw new ApiProblem('bad_request', `${v.getDotPath(issue) ?? what}: ${message}.`);
};
