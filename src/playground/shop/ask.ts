import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { systemCode } from '../../base/errors.ts';

/** Bytes of one answer. */
const answerBytesMax = 64 * 1024;

export type Question = {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string | string[]>>;
  /** From the first byte out to the last byte in. */
  readonly milliseconds: number;
};

export type Reply = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body as JSON, or undefined when it is none. */
  readonly json: unknown;
};

/** Sends a GET that asks for JSON. Rejects when it fails, takes too long or answers too much. */
export const ask = (question: Question): Promise<Reply> =>
  send(question, AbortSignal.timeout(question.milliseconds));

const send = (question: Question, signal: AbortSignal): Promise<Reply> => {
  const { url, headers, milliseconds } = question;
  return new Promise((resolve, reject) => {
    const call = request(url, { signal, headers: { ...headers, accept: 'application/json' } });
    const fail = (error: Error): void =>
      reject(signal.aborted ? new Error(`no answer within ${milliseconds / 1000} s`) : error);
    call.on('error', (error) => {
      // An idle connection may be closed at the very moment in which it is used again.
      const isStale = call.reusedSocket && systemCode(error) === 'ECONNRESET';
      if (isStale && !signal.aborted) resolve(send(question, signal));
      else fail(error);
    });
    call.on('response', (response) => {
      const { statusCode: status = 0, headers: answered } = response;
      readBody(response).then(
        (text) => resolve({ status, headers: answered, text, json: jsonOf(text) }),
        fail,
      );
    });
    call.end();
  });
};

const readBody = async (response: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > answerBytesMax) throw new Error(`more than ${answerBytesMax} bytes in one answer`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Its reader checks the shape anyway.
  }
};
