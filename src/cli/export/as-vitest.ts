import { headerOf } from '../recorder/content.ts';
import type { MessageView } from '../recorder/view.ts';
import { prettyJson } from '../requests/pretty-json.ts';
import { plain } from '../wording/plain.ts';
import { fetchLines, secretFunction } from './as-fetch.ts';
import type { ExportedRequest } from './exported-request.ts';
import { hidesIn } from './hidden.ts';
import { comments, literal, member } from './script-text.ts';

/** Characters of an answer that a test holds. */
const expectedCharactersMax: number = 64 * 1024;

/** A test file that expects the recorded answers: status, kind of content, content. */
export const asVitest = (requests: readonly ExportedRequest[]): string =>
  [
    "import { expect, test } from 'vitest';",
    '',
    ...secretFunction(requests.flatMap(fetchLines)),
    ...requests.flatMap(testLines),
  ].join('\n');

const testLines = (request: ExportedRequest): readonly string[] => {
  const { view, method, target } = request;
  const title = literal(
    plain(`${view.id}: ${method} ${target} answers ${view.status ?? 'something'}`),
  );
  return [
    ...comments(request),
    `test(${title}, async () => {`,
    ...fetchLines(request).map((line) => `  ${line}`),
    ...expectations(view.status, view.response, view.state === 'complete').map(
      (line) => `  ${line}`,
    ),
    '});',
    '',
  ];
};

const expectations = (
  status: number | null,
  response: MessageView | null,
  whole: boolean,
): readonly string[] => {
  if (status === null || response === null) return ['expect(response.status).toBeLessThan(500);'];
  const type = headerOf(response.headers, 'content-type');
  return [
    `expect(response.status).toBe(${status});`,
    ...(type === undefined || hidesIn(type)
      ? []
      : [`expect(response.headers.get('content-type')).toBe(${literal(type)});`]),
    ...(whole ? bodyExpectation(response) : []),
  ];
};

const bodyExpectation = ({ body: { kind, text, truncated } }: MessageView): readonly string[] => {
  if (text === null || kind === 'empty') return [];
  if (truncated || text.length > expectedCharactersMax)
    return ['// Its content is too long to expect.'];
  if (kind === 'json' && isJson(text)) {
    return `expect(await response.json()).toEqual(${jsonExpression(text)});`.split('\n');
  }
  if (hidesIn(text)) return ['// Something in its content was hidden.'];
  return [`expect(await response.text()).toBe(${literal(text)});`];
};

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

const strings = /"(?:[^"\\]|\\.)*"(\s*:)?/gs;

/** JSON as an expression; what is hidden may be anything. */
const jsonExpression = (text: string): string =>
  prettyJson(text).replace(strings, (written, colon) => {
    if (colon !== undefined) {
      const name = String(JSON.parse(written.slice(0, -colon.length)));
      return `${name === '__proto__' ? member(name) : literal(name)}${colon}`;
    }
    if (/^"\[redacted:[A-Z0-9_]{1,48}\]"$/.test(written)) return 'expect.anything()';
    return hidesIn(written) ? 'expect.any(String)' : literal(String(JSON.parse(written)));
  });
