import type {
  OutgoingHttpHeaders,
  ServerHttp2Stream,
  ServerStreamResponseOptions,
} from 'node:http2';

/** Sends the head of a final answer with these fields and no other: Node would add a date. */
export const respond = (
  client: ServerHttp2Stream,
  head: OutgoingHttpHeaders,
  options: ServerStreamResponseOptions = {},
): void => {
  const exact = { ...options, sendDate: false };
  client.respond(head, exact);
};
