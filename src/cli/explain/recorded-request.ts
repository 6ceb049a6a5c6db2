import { UserError } from '../../base/errors.ts';
import type { GivenRequest } from '../../protocol/explanation.ts';
import { octetsOf } from '../../protocol/match/octets.ts';
import type { Context } from '../context.ts';
import type { RequestName } from '../requests/request-id.ts';

/** The head of a request as a session keeps it. */
export type RecordedHead = {
  /** `GET /cart?x=1 HTTP/1.1`. */
  readonly startLine: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
};

/**
 * A recorded request, to be explained like any other. What the recording hides stays hidden, so
 * that a rule on it is not met: the key at least must have been asked for. Throws a usage error for
 * a request whose first line was not read.
 */
export const recordedRequest = ({ startLine, headers }: RecordedHead): GivenRequest => {
  const [method = '', target = ''] = startLine.split(' ');
  if (method === '' || target === '') {
    throw new UserError('The head of this request was not recorded.', {
      kind: 'usage',
      hint: 'byway explain --curl "curl …"   --har FILE   --raw FILE',
    });
  }
  const fields = headers.filter(([name]) => !name.startsWith(':'));
  return { method, target, headers: fields.map(([name, value]) => [name, octetsOf(value)]) };
};

export type FromSession = { readonly request: GivenRequest; readonly service: string };

/**
 * A request that a session of this machine has recorded, with the key it carried and all else hidden
 * that recordings hide, and the service that it reached. Throws a `UserError`.
 */
export const requestFromSession = async (
  context: Pick<Context, 'io' | 'environment'>,
  name: RequestName,
): Promise<FromSession> => {
  const { findRequest } = await import('../requests/sources.ts');
  const { view } = await findRequest(context, name, ['key']);
  const head = view.request ?? { startLine: '', headers: [] };
  return { request: recordedRequest(head), service: view.name };
};
