import { expect, test } from 'vitest';
import { UserError } from '../../../src/base/errors.ts';
import { follow } from '../../../src/cli/session/follow.ts';
import type { SessionEvent } from '../../../src/cli/session/session-event.ts';
import { watch } from '../../../src/cli/session/watch.ts';
import type { Intercept, InterceptEvent } from '../../../src/protocol/intercepts.ts';

const ready: InterceptEvent = { type: 'ready', legsMs: { agent: 1, tunnel: 2, local: null } };
const notReady: InterceptEvent = { type: 'not_ready', reason: 'A probe\u001b failed.' };
const ended: InterceptEvent = { type: 'ended', reason: 'expired', by: 'byway' };

const watching = (
  events: readonly InterceptEvent[],
  losses: readonly (number | undefined)[] = [],
) => {
  const told: SessionEvent[] = [];
  const probed: boolean[] = [];
  const rest = [...losses];
  const end = watch({
    events: (async function* () {
      yield* events;
    })(),
    intercept: { id: 'ic_a' } as Intercept,
    startedAt: performance.now(),
    arrivals: { probed: (listening) => probed.push(listening) },
    onReady: () => {},
    onIntercept: () => {},
    onEvent: (event) => told.push(event),
    takeLoss: () => rest.shift(),
  });
  return { end, told, probed };
};

test('the first ready is told, and what its probe found at the local port', async () => {
  const { end, told, probed } = watching([ready]);
  expect(await end).toBeUndefined();
  expect(told).toMatchObject([{ type: 'ready', again: false }]);
  expect(probed).toEqual([false]);
});

test('ready is told again only after a loss', async () => {
  const { end, told } = watching([ready, ready, ready], [undefined, undefined, 1]);
  await end;
  expect(told).toMatchObject([{ again: false }, { again: true }]);
});

test('the end of an intercept is the end of the watch', async () => {
  expect(await watching([ready, ended, ready]).end).toEqual({
    type: 'ended',
    reason: 'expired',
    by: 'byway',
  });
});

test('not ready fails a session that never was, and is told to one that is', async () => {
  await expect(watching([notReady]).end).rejects.toMatchObject({
    kind: 'not_ready',
    message: expect.stringContaining('A probe\ufffd failed.'),
  });
  const { end, told } = watching([ready, notReady]);
  await end;
  expect(told).toMatchObject([{ type: 'ready' }, { type: 'not_ready' }]);
});

const collect = async (
  parts: readonly (InterceptEvent | Error)[][],
  signal: AbortSignal = new AbortController().signal,
): Promise<string[]> => {
  const rest = [...parts];
  const manager = {
    events: async function* (): AsyncGenerator<InterceptEvent> {
      for (const event of rest.shift() ?? []) {
        if (event instanceof Error) throw event;
        yield event;
      }
    },
  };
  const types: string[] = [];
  for await (const { type } of follow(manager, 'ic_a', signal)) types.push(type);
  return types;
};

const failure = (kind: 'unreachable' | 'not_found' | 'not_logged_in') =>
  new UserError(kind, { kind });

test('events are followed through a break, until the intercept is gone', async () => {
  expect(await collect([[ready, failure('unreachable')], [], [ended]])).toEqual(['ready', 'ended']);
  expect(await collect([[failure('not_found')]])).toEqual(['gone']);
});

test('a token that is no longer good, and a bug of ours, are thrown', async () => {
  await expect(collect([[failure('not_logged_in')]])).rejects.toThrow('not_logged_in');
  await expect(collect([[new TypeError('bug')]])).rejects.toThrow('bug');
});

test('a renewal asks again at once, and what is told goes on', async () => {
  const types: string[] = [];
  let asked = 0;
  const manager = {
    events: async function* (_: string, signal: AbortSignal): AsyncGenerator<InterceptEvent> {
      asked += 1;
      if (asked > 1) {
        yield ended;
        return;
      }
      yield ready;
      // A connection that is dead says nothing more.
      await new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
      });
    },
  };
  let renew = (): void => {};
  const never = new AbortController().signal;
  for await (const { type } of follow(manager, 'ic_a', never, (again) => {
    renew = again;
  })) {
    types.push(type);
    setImmediate(renew);
  }
  expect(types).toEqual(['ready', 'ended']);
});

test('its signal ends it without an event', async () => {
  expect(await collect([[ready]], AbortSignal.abort())).toEqual([]);
});

const shown = (state: Intercept['state'], by?: string): InterceptEvent => ({
  type: 'intercept',
  intercept: {
    id: 'ic_a',
    state,
    ...(by === undefined ? {} : { paused: { at: '', by } }),
  } as Intercept,
});

test('a pause is told once, and a resume when its probe went the whole way', async () => {
  const { end, told } = watching([
    ready,
    shown('paused', 'mia\u001b'),
    shown('paused', 'mia\u001b'),
    shown('active'),
    ready,
    ready,
  ]);
  await end;
  expect(told).toMatchObject([
    { type: 'ready' },
    { type: 'paused', by: 'mia\ufffd' },
    { type: 'resumed' },
  ]);
});

test('a pause is told again when a lost tunnel is back, and the loss is forgotten', async () => {
  const paused = shown('paused', 'mia');
  const { end, told } = watching(
    [ready, paused, shown('disconnected', 'mia'), paused, shown('active'), ready, ready],
    [undefined, 1, 1],
  );
  await end;
  expect(told.map(({ type }) => type)).toEqual(['ready', 'paused', 'paused', 'resumed']);
});

test('one that is paused before it was ready is not ready', async () => {
  await expect(watching([shown('paused', 'mia')]).end).rejects.toMatchObject({
    kind: 'not_ready',
    message: expect.stringContaining('mia paused it'),
  });
});
