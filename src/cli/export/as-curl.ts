import type { ExportedRequest } from './exported-request.ts';
import { hiddenIn, titleOf } from './exported-request.ts';
import { partsOf, variableOf } from './hidden.ts';

/** Bytes of one argument of a program; Linux takes 128 KiB. */
const argumentBytesMax: number = 64 * 1024;

/** Commands for a POSIX shell with curl. Nothing in a request is ever read as a command. */
export const asCurl = (requests: readonly ExportedRequest[]): string =>
  requests.map(commandOf).join('\n');

const commandOf = (request: ExportedRequest): string => {
  const hidden = hiddenIn(request);
  const words = [
    'curl --silent --show-error --globoff --path-as-is --http1.1',
    ...methodWords(request),
    ...headerWords(request),
    ...bodyWords(request),
    urlWord(request),
  ];
  return [
    `# ${titleOf(request)}`,
    ...hidden.map(({ variable, where }) => `# ${variable} is ${where}`),
    ...hidden.map(({ variable }) => `: "\${${variable}:?was hidden; set it first}"`),
    bodyCommand(request) + words.join(' \\\n  '),
    '',
  ].join('\n');
};

const methodWords = ({ method }: ExportedRequest): readonly string[] =>
  method === 'HEAD' ? ['--head'] : [`--request ${quoted(method)}`];

const headerWords = ({ headers, body }: ExportedRequest): readonly string[] => {
  const names = new Set(headers.map(([name]) => name.toLowerCase()));
  // What curl would say by itself, and the request did not.
  const unsaid = ['accept', 'user-agent', ...(body.kind === 'none' ? [] : ['content-type'])];
  return [
    ...headers.map(([name, value]) => quoted(value === '' ? `${name};` : `${name}: ${value}`)),
    ...unsaid.filter((name) => !names.has(name)).map((name) => quoted(`${name}:`)),
  ].map((word) => `--header ${word}`);
};

const isLong = ({ body }: ExportedRequest): boolean =>
  body.kind === 'text' && Buffer.byteLength(body.text) > argumentBytesMax;

const bodyCommand = (request: ExportedRequest): string => {
  const { body } = request;
  if (body.kind === 'base64') return `printf %s ${quoted(body.base64)} | base64 -d | `;
  return body.kind === 'text' && isLong(request) ? `printf %s ${quoted(body.text)} | ` : '';
};

// `--data` would take what begins with "@" for the name of a file.
const bodyWords = (request: ExportedRequest): readonly string[] => {
  const { body, method } = request;
  if (body.kind === 'base64' || isLong(request)) return ['--data-binary @-'];
  if (body.kind === 'text') return [`--data-raw ${quoted(body.text)}`];
  return ['POST', 'PUT', 'PATCH'].includes(method) ? ["--data-raw ''"] : [];
};

const urlWord = ({ base, target }: ExportedRequest): string =>
  target.startsWith('/') && !target.includes('#')
    ? quoted(base + target)
    : `--request-target ${quoted(target)} ${quoted(`${base}/`)}`;

/** One word for the shell, hidden values as its variables. */
const quoted = (text: string): string => {
  const parts = partsOf(text).map((part) =>
    'hidden' in part ? `"$${variableOf(part.hidden)}"` : `'${part.text.replaceAll("'", "'\\''")}'`,
  );
  return parts.length === 0 ? "''" : parts.join('');
};
