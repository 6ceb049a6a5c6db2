import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { UserError } from '../../base/errors.ts';
import { EventStreamReader } from '../../protocol/event-stream.ts';
import { eventsIdleMsMax } from './limits.ts';

/**
 * The data of each server-sent event until the stream ends. Throws a `UserError` when it breaks,
 * when an event is too long, or after 30 s without a byte. Destroys the stream when left early.
 */
export async function* readEvents(stream: Readable): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  const reader = new EventStreamReader();
  const watchdog = setTimeout(
    () => stream.destroy(new UserError('The manager went silent.', { kind: 'unreachable' })),
    eventsIdleMsMax,
  );
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      watchdog.refresh();
      for (const { data } of reader.take(decoder.write(chunk))) yield data;
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError('The events broke off.', { kind: 'unreachable', cause: error });
  } finally {
    clearTimeout(watchdog);
    stream.destroy();
  }
}
