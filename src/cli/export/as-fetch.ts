import type { ExportedRequest } from './exported-request.ts';
import {
  comments,
  expression,
  joinedHeaders,
  literal,
  member,
  pathExpression,
} from './script-text.ts';

/** A module for Node that sends the requests and prints the answers. */
export const asFetch = (requests: readonly ExportedRequest[]): string =>
  [
    ...secretFunction(requests.flatMap(fetchLines)),
    ...requests.flatMap((request) => [
      ...comments(request),
      '{',
      ...fetchLines(request).map((line) => `  ${line}`),
      '  console.log(response.status, await response.text());',
      '}',
      '',
    ]),
  ].join('\n');

/** The function that exports ask for hidden values, when they do. */
export const secretFunction = (lines: readonly string[]): readonly string[] =>
  lines.some((line) => line.includes('secret('))
    ? [
        'const secret = (name) => {',
        '  const value = process.env[name];',
        "  if (value === undefined) throw new Error(name + ' was hidden; set it first.');",
        '  return value;',
        '};',
        '',
      ]
    : [];

/** Statements that end with an answer in `response`. */
export const fetchLines = (request: ExportedRequest): readonly string[] => {
  const { method, base } = request;
  const url = `(process.env.BYWAY_URL ?? ${literal(base)}) + ${pathExpression(request)}`;
  const headers = [...joinedHeaders(request.headers)].filter(([name]) => name !== 'host');
  return [
    `const response = await fetch(${url}, {`,
    `  method: ${literal(method)},`,
    "  redirect: 'manual',",
    '  headers: {',
    ...headers.map(([name, value]) => `    ${member(name)}: ${expression(value)},`),
    '  },',
    ...bodyLines(request),
    '});',
  ];
};

// `fetch` refuses a body with these.
const bodyLines = ({ method, body }: ExportedRequest): readonly string[] => {
  if (body.kind === 'none') return [];
  if (method === 'GET' || method === 'HEAD') return [`  // Its body can't be sent by fetch.`];
  return body.kind === 'text'
    ? [`  body: ${expression(body.text)},`]
    : [`  body: Buffer.from(${literal(body.base64)}, 'base64'),`];
};
