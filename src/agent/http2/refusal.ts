import { constants, type ServerHttp2Stream } from 'node:http2';
import type { Refusal } from '../http1/refusal.ts';
import type { RawFields } from './fields.ts';
import { respond } from './respond.ts';

const unavailable = '14';

/**
 * Answers a request with what the agent itself has to say. A caller that speaks gRPC gets status 14
 * (UNAVAILABLE) in a way that every gRPC client understands.
 */
export const refuse = (client: ServerHttp2Stream, request: RawFields, refusal: Refusal): void => {
  if (client.closed || client.destroyed || client.headersSent) return;
  const text = `byway-agent: ${refusal.reason}`;
  const error = refusal.error === undefined ? {} : { 'x-byway-error': refusal.error };
  if (isGrpc(request)) {
    const head = {
      ':status': 200,
      'content-type': 'application/grpc',
      'grpc-status': unavailable,
      'grpc-message': percentEncoded(text),
      ...error,
    };
    respond(client, head, { endStream: true });
  } else {
    const body = Buffer.from(`${text}\n`);
    const head = {
      ':status': refusal.status,
      'content-type': 'text/plain; charset=utf-8',
      'content-length': body.length,
      ...error,
    };
    respond(client, head);
    client.end(body);
  }
  stopRequest(client);
};

/** Tells the client of a complete answer to send no more of its request (RFC 9113 8.1). */
export const stopRequest = (client: ServerHttp2Stream): void => {
  if (client.readableEnded || client.closed) return;
  const close = (): void => {
    // A turn later, so that the answer's last frame is on its way before.
    setImmediate(() =>
      setImmediate(() => {
        if (!client.closed) client.close(constants.NGHTTP2_NO_ERROR);
      }),
    );
  };
  if (client.writableFinished) close();
  else client.once('finish', close);
};

const isGrpc = (raw: RawFields): boolean => {
  const at = raw.findIndex((text, index) => index % 2 === 0 && text === 'content-type');
  return at !== -1 && raw[at + 1]?.startsWith('application/grpc') === true;
};

// gRPC's own encoding of messages: all but visible ASCII, and "%".
const percentEncoded = (text: string): string =>
  text.replace(/[^ -$&-~]/g, (character) => encodeURIComponent(character));
