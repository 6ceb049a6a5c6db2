import type { IncomingMessage, ServerResponse } from 'node:http';
import { messageOf, UserError } from '../../base/errors.ts';
import { bodyBytesMax } from './limits.ts';
import type { RefusalMessage } from './messages.ts';

/** Undefined for what is too long or no JSON; no schema accepts that. */
export const readJson = async (
  request: IncomingMessage,
  bytesMax: number = bodyBytesMax,
): Promise<unknown> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bytesMax) return undefined;
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    return undefined;
  }
};

export const reply = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
  response.end(JSON.stringify(body));
};

export const refuse = (response: ServerResponse, status: number, error: string): void =>
  reply(response, status, { error });

/** Says what was thrown in a form that the other side throws again. */
export const refuseWith = (response: ServerResponse, error: unknown): void => {
  const known = error instanceof UserError ? error : undefined;
  const refusal: RefusalMessage = {
    error: messageOf(error),
    kind: known?.kind ?? 'error',
    ...(known?.hint === undefined ? {} : { hint: known.hint }),
  };
  reply(response, known?.kind === 'not_found' ? 404 : 409, refusal);
};
