import { UserError } from '../../base/errors.ts';
import { send } from './client.ts';
import { lineCharactersMax, statusMsMax } from './limits.ts';
import { assertOwnSocket } from './socket-path.ts';

/**
 * The lines of JSON of `GET /events` or `GET /requests/follow`, until the session ends or the signal
 * aborts. Throws a `UserError` when the session does not begin to answer within 1.5 s.
 */
export async function* followLines(
  socket: string,
  path: '/events' | '/requests/follow',
  signal: AbortSignal,
): AsyncGenerator<unknown> {
  await assertOwnSocket(socket);
  const late = AbortSignal.timeout(statusMsMax);
  const begun = new AbortController();
  const give = (): void => begun.abort();
  late.addEventListener('abort', give, { once: true });
  const answer = await send(
    socket,
    'GET',
    path,
    undefined,
    AbortSignal.any([signal, begun.signal]),
  );
  late.removeEventListener('abort', give);
  if (answer.statusCode !== 200) {
    answer.destroy();
    throw new UserError('Too many follow this session already.', {
      hint: 'End one of them, such as another byway inspect.',
    });
  }
  try {
    yield* linesOf(answer.setEncoding('utf8'));
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    answer.destroy();
  }
}

async function* linesOf(answer: AsyncIterable<string>): AsyncGenerator<unknown> {
  let rest = '';
  for await (const text of answer) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > lineCharactersMax) throw new UserError('The session says too much at once.');
    for (const line of lines) if (line !== '') yield JSON.parse(line);
  }
}
