import * as v from 'valibot';
import type { ExchangeSource } from '../recorder/source.ts';
import { exchangeSummarySchema, exchangeViewSchema } from '../recorder/view.ts';
import { type Call, ControlRefused, call } from './client.ts';
import { followLines } from './follow-lines.ts';
import { exchangeBytesMax, exchangeMsMax, replayMsMax } from './limits.ts';
import { exchangeListSchema } from './messages.ts';

/**
 * The requests of a session in another process. All rejects as `call`; what follows ends without a
 * word when the session does.
 */
export const remoteExchanges = (socket: string): ExchangeSource => ({
  list: async () => {
    const wanted: Call = { method: 'GET', path: '/requests', milliseconds: exchangeMsMax };
    return (await call(socket, wanted, exchangeListSchema)).requests;
  },
  get: async (id, reveal = []) => {
    const query = new URLSearchParams(reveal.map((item): [string, string] => ['reveal', item]));
    const path = `/requests/${id}?${query}`;
    const wanted: Call = {
      method: 'GET',
      path,
      milliseconds: exchangeMsMax,
      bytesMax: exchangeBytesMax,
    };
    try {
      return await call(socket, wanted, exchangeViewSchema);
    } catch (error) {
      if (error instanceof ControlRefused && error.kind === 'not_found') return undefined;
      throw error;
    }
  },
  replay: (id, body) => {
    const path = `/requests/${id}/replay`;
    const wanted: Call = {
      method: 'POST',
      path,
      body,
      milliseconds: replayMsMax,
      bytesMax: exchangeBytesMax,
    };
    return call(socket, wanted, exchangeViewSchema);
  },
  subscribe: (listener) => {
    const over = new AbortController();
    const follow = async (): Promise<void> => {
      for await (const line of followLines(socket, '/requests/follow', over.signal)) {
        const changed = v.safeParse(exchangeSummarySchema, line);
        if (changed.success) listener(changed.output);
      }
    };
    follow().catch(() => {}); // The session is gone, which the next question to it tells.
    return () => over.abort();
  },
});
