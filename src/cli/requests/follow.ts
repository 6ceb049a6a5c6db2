import type { Context } from '../context.ts';
import { followLines } from '../control/follow-lines.ts';
import { clock, duration } from '../wording/figures.ts';
import { plain } from '../wording/plain.ts';
import type { SessionSource } from './sources.ts';

type Line = Readonly<Record<string, unknown>>;

/** Prints what happens in sessions, as it happens, until all of them end or a signal comes. */
export const followRequests = async (
  { io, signals }: Pick<Context, 'io' | 'signals'>,
  sources: readonly SessionSource[],
  name: string | undefined,
  json: boolean,
): Promise<void> => {
  const over = new AbortController();
  const dispose = signals(() => over.abort());
  const follow = async ({ socket, names }: SessionSource): Promise<void> => {
    for await (const line of followLines(socket, '/events', over.signal)) {
      const event = line as Line;
      if (name !== undefined && event['intercept'] !== name) continue;
      if (json) io.printJson(event);
      else io.print(inWords(event));
    }
    if (!over.signal.aborted) io.say(`The session of ${names.map(plain).join(', ')} has ended.`);
  };
  try {
    await Promise.all(sources.map(follow));
  } finally {
    dispose();
  }
};

const inWords = (event: Line): string => {
  const text = (name: string): string => plain(String(event[name] ?? ''));
  const since = clock(new Date());
  switch (event['event']) {
    case 'request': {
      const took = duration(Number(event['ms'] ?? 0));
      return `${text('id').padEnd(6)} ${since} ${text('method').padEnd(6)} ${text('path')}  ${text('status')}  ${took}  you`;
    }
    case 'passed':
      return `${text('id').padEnd(6)} ${since} the pod answered: ${text('reason')}`;
    case 'tunnel':
      return `       ${since} ${text('intercept')}: tunnel ${text('state')}`;
    default:
      return `       ${since} ${text('intercept')}: ${text('event')}`;
  }
};
