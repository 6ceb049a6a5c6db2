import { UserError } from '../../base/errors.ts';
import type { HeaderLine } from '../recorder/exchange.ts';
import type { EditedRequest } from '../recorder/source.ts';
import type { ExchangeView } from '../recorder/view.ts';

/** Stands for a body that is sent again as it came. */
const recordedBody = '[the recorded body]';

/** What is said of the connection, or of the framing, is made anew for each sending. */
const made = /^(connection|keep-alive|transfer-encoding|content-length|te|trailer|expect)$/i;

/** A request as raw HTTP for an editor; `[redacted:NAME]` stands for what is hidden. */
export const editableText = ({ id, method, path, request }: ExchangeView): string => {
  if (request === null) {
    throw new UserError(`${id} went to the pod, so nothing of it is known here.`);
  }
  const { body, headers } = request;
  const isText = body.text !== null && !body.truncated;
  const shown = isText ? (body.text ?? '') : body.kind === 'empty' ? '' : recordedBody;
  const lines = headers
    .filter(([name]) => !made.test(name))
    .filter(
      ([name]) => !isText || body.kind === 'empty' || name.toLowerCase() !== 'content-encoding',
    )
    .map(([name, value]) => `${name}: ${value}`);
  return [`${method} ${path} HTTP/1.1`, ...lines, '', shown].join('\n');
};

/** Reads what came back from an editor. Throws a `UserError` of kind `usage` that names the line. */
export const readEdited = (text: string, view: ExchangeView): EditedRequest => {
  const [all, head = '', body = ''] = /^(.*?)(?:\r?\n\r?\n(.*))?$/s.exec(text) ?? [];
  const [first = '', ...lines] = (all === undefined ? text : head).trimEnd().split(/\r?\n/);
  const [, method, path] = /^(\S+) (\S+)(?: HTTP\/1\.[01])?\s*$/.exec(first) ?? [];
  if (method === undefined || path === undefined) {
    throw fault('The first line must be METHOD /path HTTP/1.1.');
  }
  const headers = lines.map((line, index) => headerLine(line, index + 2));
  return { method, path, headers, body: bodyOf(body, view) };
};

// Most editors add a line end at the end, which was no part of the body.
const bodyOf = (body: string, view: ExchangeView): string | null => {
  const before = view.request?.body;
  if (body.trim() === recordedBody) return null;
  const text = before?.text ?? '';
  const added = body.endsWith('\n') && !text.endsWith('\n') ? body.slice(0, -1) : body;
  const unchanged = added === text && before?.kind !== 'empty' && before?.encoding === null;
  return unchanged ? null : added;
};

const headerLine = (line: string, number: number): HeaderLine => {
  const colon = line.indexOf(':');
  if (colon < 1) throw fault(`Line ${number} is no header: it must be NAME: VALUE.`);
  return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
};

const fault = (message: string): UserError =>
  new UserError(`${message} Nothing was sent.`, { kind: 'usage' });
