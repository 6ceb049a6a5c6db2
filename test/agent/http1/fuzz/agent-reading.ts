import { AnswerReader } from '../../../../src/agent/http1/answers.ts';
import { forwarded } from '../../../../src/agent/http1/edit-head.ts';
import { RequestReader } from '../../../../src/agent/http1/requests.ts';
import type { Fields } from '../../../../src/protocol/http1/fields.ts';
import type { Framing } from '../../../../src/protocol/http1/framing.ts';
import { readRequestHead } from '../../../../src/protocol/http1/request-head.ts';
import {
  type ResponseHead,
  readResponseHead,
} from '../../../../src/protocol/http1/response-head.ts';
import { decodeChunks } from './decode-chunks.ts';
import type { Message, Reading } from './reading.ts';

/** A message with its bytes as the agent sends them on. */
export type Forwarded = {
  head: string;
  body: string;
  complete: boolean;
  /** A request: the next one is not sent before this one is answered. */
  readonly switches: boolean;
};

/** The messages that the agent forwards, and why it stopped. */
export type Forwarding = { readonly messages: readonly Forwarded[]; readonly fault?: string };

/** Sends pieces through the agent's reader of requests, as if each were answered at once. */
export const forwardRequests = (pieces: readonly Buffer[]): Forwarding => {
  const messages: Forwarded[] = [];
  let fault: string | undefined;
  let over = false;
  const reader = new RequestReader({
    ready: () => !over,
    begin: (head, received) => {
      over = !head.persistent || head.method === 'CONNECT';
      const sent = forwarded(head, received).toString('latin1');
      const bodyStart = sent.length - (received.length - head.length);
      const [bytes, rest] = [sent.slice(0, bodyStart), sent.slice(bodyStart)];
      messages.push({ head: bytes, body: rest, complete: false, switches: head.switches });
      return true;
    },
    more: (bytes) => {
      const message = messages.at(-1);
      if (message !== undefined) message.body += bytes.toString('latin1');
    },
    complete: () => {
      const message = messages.at(-1);
      if (message !== undefined) message.complete = true;
    },
    faulty: ({ message }) => {
      fault = message;
    },
  });
  for (const piece of pieces) reader.take(Buffer.from(piece));
  return fault === undefined ? { messages } : { messages, fault };
};

/** What the agent forwards of one answer: the interim ones, then itself. */
export type AnswerForwarding = Forwarding & {
  /** What follows is not HTTP any longer. */
  readonly switched: boolean;
  /** The final answer is whole. */
  readonly complete: boolean;
};

/** Sends pieces through the agent's reader of answers, and the end behind them when told so. */
export const forwardAnswer = (
  method: string,
  pieces: readonly Buffer[],
  thenEnd: boolean,
): AnswerForwarding => {
  let [bytes, complete, switched] = ['', false, false];
  let fault: string | undefined;
  const reader = new AnswerReader({
    forward: (piece) => {
      bytes += piece.toString('latin1');
    },
    marks: () => [],
    answered: () => {
      complete = true;
    },
    switched: () => {
      switched = true;
    },
    faulty: (_, reason) => {
      if (!complete) fault = reason;
    },
  });
  reader.expect({ method, persistent: true, switches: true, verdict: undefined, servedBy: '' });
  for (const piece of pieces) reader.take(Buffer.from(piece));
  if (thenEnd) reader.end();
  const messages = divided(method, bytes, complete || switched);
  return { messages, switched, complete, ...(fault === undefined ? {} : { fault }) };
};

const divided = (method: string, bytes: string, complete: boolean): readonly Forwarded[] => {
  const messages: Forwarded[] = [];
  let rest = bytes;
  while (rest !== '') {
    const { interim, bytes: head } = readAnswerHead(method, rest);
    rest = rest.slice(head.length);
    const last = !interim;
    const body = last ? rest : '';
    const text = head.toString('latin1');
    messages.push({ head: text, body, complete: interim || complete, switches: false });
    if (last) return messages;
  }
  return messages;
};

const readAnswerHead = (method: string, bytes: string): ResponseHead => {
  const head = readResponseHead(Buffer.from(bytes, 'latin1'), method);
  if (head === undefined) throw new Error(`Forwarded half a head: ${JSON.stringify(bytes)}`);
  return head;
};

/** How the agent understands the requests that it forwards. */
export const understandRequests = (messages: readonly Forwarded[]): Reading['messages'] =>
  messages.map(({ head: bytes, body, complete }): Message => {
    const head = readRequestHead(Buffer.from(bytes, 'latin1'));
    if (head === undefined) throw new Error(`Forwarded half a head: ${JSON.stringify(bytes)}`);
    const first = `${head.method} ${head.target} HTTP/1.${head.minor}`;
    return { first, ...understandRest(head, body, complete) };
  });

/** How the agent understands the answers that it forwards. */
export const understandAnswers = (
  method: string,
  messages: readonly Forwarded[],
): Reading['messages'] =>
  messages.map(({ head: bytes, body, complete }): Message => {
    const line = bytes.slice(0, bytes.indexOf('\r\n'));
    const first = `${line.slice(0, 12)} ${line.slice(13)}`;
    return { first, ...understandRest(readAnswerHead(method, bytes), body, complete) };
  });

const understandRest = (
  { fields, framing }: { readonly fields: Fields; readonly framing: Framing },
  body: string,
  complete: boolean,
): Omit<Message, 'first'> => ({
  fields: namesAndValues(fields),
  ...(framing.kind === 'chunked' ? decodeChunks(body) : { content: body, trailers: [] }),
  complete,
});

const namesAndValues = (fields: Fields): readonly string[] =>
  Array.from({ length: fields.count }, (_, line) => [
    fields.bytes.toString('latin1', fields.positions[line * 4], fields.positions[line * 4 + 1]),
    fields.valueAt(line),
  ]).flat();
