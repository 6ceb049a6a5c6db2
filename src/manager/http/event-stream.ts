import type { ServerResponse } from 'node:http';
import { eventBacklogBytesMax, eventHeartbeatMs } from '../limits.ts';

/** One subscriber of server-sent events. */
export type EventChannel = {
  /** Never blocks; a subscriber that does not read is disconnected at a limit. */
  readonly send: (event: { readonly type: string }) => void;
  /** Ends the stream after what was sent. */
  readonly end: () => void;
};

/** Begins a `text/event-stream` answer; a comment every 10 s shows that it lives. */
export const openEventStream = (response: ServerResponse): EventChannel => {
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  response.flushHeaders();
  // Looked at before each write, so that one large event alone never ends a good subscriber.
  const write = (text: string): void => {
    if (response.destroyed || response.writableEnded) return;
    if (response.writableLength > eventBacklogBytesMax) response.destroy();
    else response.write(text);
  };
  const heartbeat = setInterval(() => write(':\n\n'), eventHeartbeatMs);
  response.once('close', () => clearInterval(heartbeat));
  return {
    send: (event) => write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`),
    end: () => response.end(),
  };
};
