import type { ExportedRequest } from './exported-request.ts';
import {
  comments,
  expression,
  joinedHeaders,
  literal,
  member,
  pathExpression,
} from './script-text.ts';

/** A script for k6 that sends the requests one after the other and checks their status. */
export const asK6 = (requests: readonly ExportedRequest[]): string => {
  const lines = requests.flatMap(requestLines);
  return [
    "import { check } from 'k6';",
    "import encoding from 'k6/encoding';",
    "import http from 'k6/http';",
    '',
    'export const options = { vus: 1, iterations: 1 };',
    '',
    ...secretLines(lines),
    'export default function () {',
    ...lines.map((line) => `  ${line}`),
    '}',
    '',
  ].join('\n');
};

const secretLines = (lines: readonly string[]): readonly string[] =>
  lines.some((line) => line.includes('secret('))
    ? [
        'const secret = (name) => {',
        "  if (__ENV[name] === undefined) throw new Error(name + ' was hidden; set it with -e.');",
        '  return __ENV[name];',
        '};',
        '',
      ]
    : [];

const requestLines = (request: ExportedRequest): readonly string[] => {
  const { method, base, headers, view } = request;
  return [
    ...comments(request),
    '{',
    `  const url = (__ENV.BYWAY_URL || ${literal(base)}) + ${pathExpression(request)};`,
    `  const response = http.request(${literal(method)}, url, ${bodyOf(request)}, {`,
    '    redirects: 0,',
    '    headers: {',
    ...[...joinedHeaders(headers)].map(
      ([name, value]) => `      ${member(name)}: ${expression(value)},`,
    ),
    '    },',
    '  });',
    ...(view.status === null
      ? []
      : [
          `  check(response, { [${literal(`${view.id} answers ${view.status}`)}]: (answer) => answer.status === ${view.status} });`,
        ]),
    '}',
  ];
};

const bodyOf = ({ body }: ExportedRequest): string => {
  if (body.kind === 'none') return 'null';
  return body.kind === 'text'
    ? expression(body.text)
    : `encoding.b64decode(${literal(body.base64)})`;
};
