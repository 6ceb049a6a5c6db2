import { UserError } from '../../base/errors.ts';
import type { HeaderLine } from '../recorder/exchange.ts';
import type { ExchangeView, MessageView } from '../recorder/view.ts';
import { plain } from '../wording/plain.ts';
import { hidesIn, partsOf, variableOf } from './hidden.ts';

/** A request in the form that all exports start from. Hidden values stand in it as masks. */
export type ExportedRequest = {
  readonly view: ExchangeView;
  readonly method: string;
  /** Such as `http://localhost:4000`, without a slash at the end. */
  readonly base: string;
  /** As it stood in the request: with `/` in front, but for `*` and whole addresses. */
  readonly target: string;
  readonly headers: readonly HeaderLine[];
  readonly body: ExportedBody;
};

export type ExportedBody =
  | { readonly kind: 'none' }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'base64'; readonly base64: string };

/** What a client writes by itself. */
const dropped = new Set([
  ...['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'content-length'],
  ...['te', 'trailer', 'upgrade', 'http2-settings', 'expect', 'accept-encoding'],
]);

/** Throws a `UserError` for what was not recorded whole. */
export const exportedRequest = (view: ExchangeView, url: string | undefined): ExportedRequest => {
  const { id, request, method, path, port } = view;
  if (request === null || method === null || path === null) {
    throw new UserError(`${id} went to the pod, so nothing of it is known here.`);
  }
  if (request.body.truncated) {
    const { keptBytes, totalBytes } = request.body;
    throw new UserError(
      `The body of ${id} has ${totalBytes} bytes, of which ${keptBytes} were kept: only --as har takes that.`,
    );
  }
  return {
    view,
    method,
    base: url ?? `http://localhost:${port}`,
    target: path,
    headers: headersOf(request),
    body: bodyOf(request),
  };
};

const headersOf = ({ headers, body }: MessageView): readonly HeaderLine[] =>
  headers.filter(([name]) => {
    const lower = name.toLowerCase();
    return !dropped.has(lower) && !(lower === 'content-encoding' && body.decoded);
  });

const bodyOf = ({ body }: MessageView): ExportedBody => {
  if (body.kind === 'empty') return { kind: 'none' };
  if (body.text !== null) return { kind: 'text', text: body.text };
  return { kind: 'base64', base64: body.base64 ?? '' };
};

/** Names of the variables that have to be set before it can be sent, with what each is. */
export const hiddenIn = ({
  view,
  target,
  headers,
  body,
}: ExportedRequest): readonly { readonly variable: string; readonly where: string }[] => {
  const texts = [
    target,
    ...headers.map(([, value]) => value),
    body.kind === 'text' ? body.text : '',
  ];
  const names = new Set(
    texts
      .filter(hidesIn)
      .flatMap(partsOf)
      .flatMap((part) => ('hidden' in part ? [part.hidden] : [])),
  );
  return [...names].map((name) => ({
    variable: variableOf(name),
    where: plain(view.redacted.find((one) => one.name === name)?.where ?? 'not known'),
  }));
};

/** One line about a request, safe behind the sign of a comment. */
export const titleOf = ({ view: { id, name, at, method, path } }: ExportedRequest): string =>
  plain(`${id} of ${name}, ${at}: ${method} ${path}`);
