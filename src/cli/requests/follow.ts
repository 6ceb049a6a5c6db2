import { exitCodes } from '../../base/exit-codes.ts';
import type { Context } from '../context.ts';
import { followLines } from '../control/follow-lines.ts';
import { signalCode } from '../session/interruption.ts';
import { clock, duration } from '../wording/figures.ts';
import { plain } from '../wording/plain.ts';
import { isNamed, type SessionSource } from './sources.ts';

type Line = Readonly<Record<string, unknown>>;

/** Prints what happens in sessions, until all of them end (0) or a signal comes (its code). */
export const followRequests = async (
  { io, signals }: Pick<Context, 'io' | 'signals'>,
  sources: readonly SessionSource[],
  name: string | undefined,
  json: boolean,
): Promise<number> => {
  const over = new AbortController();
  let code = exitCodes.ok;
  const dispose = signals((signal) => {
    code = signalCode(signal);
    over.abort();
  });
  const follow = async ({ socket, intercepts }: SessionSource): Promise<void> => {
    const own = intercepts.filter((one) => isNamed(name, one)).map((one) => one.name);
    for await (const line of followLines(socket, '/events', over.signal)) {
      const event = line as Line;
      if (!own.includes(String(event['intercept']))) continue;
      if (json) io.printJson(event);
      else io.print(inWords(event));
    }
    if (!over.signal.aborted) io.say(`The session of ${own.map(plain).join(', ')} has ended.`);
  };
  try {
    await Promise.all(sources.map(follow));
    return code;
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
