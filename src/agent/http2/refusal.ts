import { Field } from '../../protocol/http2/hpack/field.ts';
import type { Http2Stream } from '../../protocol/http2/stream.ts';
import type { Refusal } from '../http1/refusal.ts';
import { valueNamed } from './fields.ts';

const unavailable = '14';

/**
 * Answers a request with what the agent itself has to say, and wants no more of it. A caller that
 * speaks gRPC gets status 14 (UNAVAILABLE) in a way that every gRPC client understands.
 */
export const refuse = (client: Http2Stream, request: readonly Field[], refusal: Refusal): void => {
  const text = `byway-agent: ${refusal.reason}`;
  const error = refusal.error === undefined ? [] : [field('x-byway-error', refusal.error)];
  if (valueNamed(request, 'content-type')?.startsWith('application/grpc') === true) {
    const head = [
      field(':status', '200'),
      field('content-type', 'application/grpc'),
      field('grpc-status', unavailable),
      field('grpc-message', percentEncoded(text)),
      ...error,
    ];
    client.sendHead(head, true);
  } else {
    const body = Buffer.from(`${text}\n`);
    const isHead = client.method === 'HEAD';
    const head = [
      field(':status', String(refusal.status)),
      field('content-type', 'text/plain; charset=utf-8'),
      field('content-length', String(body.length)),
      ...error,
    ];
    client.sendHead(head, isHead);
    if (!isHead) client.sendData(body, true);
  }
  client.stop();
};

const field = (name: string, value: string): Field => new Field(name, value, 'plain');

// gRPC's own encoding of messages: all but visible ASCII, and "%".
const percentEncoded = (text: string): string =>
  text.replace(/[^ -$&-~]/g, (character) => encodeURIComponent(character));
