import type { IncomingMessage } from 'node:http';
import { systemCode, UserError } from '../../base/errors.ts';
import { send } from './client.ts';
import { lineCharactersMax, statusMsMax } from './limits.ts';
import { assertOwnSocket } from './socket-path.ts';

/**
 * The lines of JSON of `GET /events` or `GET /requests/follow`, until the session ends or the signal
 * aborts. Throws when the session does not begin to answer within 1.5 s, or says no.
 */
export async function* followLines(
  socket: string,
  path: '/events' | '/requests/follow',
  signal: AbortSignal,
): AsyncGenerator<unknown> {
  await assertOwnSocket(socket);
  try {
    const answer = await begin(socket, path, signal);
    try {
      yield* linesOf(answer);
    } finally {
      answer.destroy();
    }
  } catch (error) {
    // A session that was killed has ended, too.
    if (!signal.aborted && systemCode(error) !== 'ECONNRESET') throw error;
  }
}

const begin = async (
  socket: string,
  path: string,
  signal: AbortSignal,
): Promise<IncomingMessage> => {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), statusMsMax);
  try {
    const either = AbortSignal.any([signal, late.signal]);
    const answer = await send(socket, 'GET', path, undefined, either);
    answer.on('error', () => {}); // Whoever reads it is told.
    if (answer.statusCode === 200) return answer.setEncoding('utf8');
    answer.destroy();
    throw new UserError('Too many follow this session already.', {
      hint: 'End one of them, such as another byway inspect.',
    });
  } catch (error) {
    if (!late.signal.aborted) throw error;
    throw new UserError(`The session did not answer within ${statusMsMax / 1000} s.`, {
      kind: 'not_ready',
      cause: error,
    });
  } finally {
    clearTimeout(timer);
  }
};

async function* linesOf(answer: AsyncIterable<string>): AsyncGenerator<unknown> {
  let rest = '';
  for await (const text of answer) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > lineCharactersMax) throw new UserError('The session says too much at once.');
    for (const line of lines) if (line !== '') yield JSON.parse(line);
  }
}
