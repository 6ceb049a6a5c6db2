import type { BodyView, ExchangeView, MessageView } from '../recorder/view.ts';
import { count, duration } from '../wording/figures.ts';
import { plain } from '../wording/plain.ts';
import { exchangeLine } from './list-text.ts';
import { prettyJson } from './pretty-json.ts';

/** A request with its answer for people: heads, bodies, sizes, where the time went, what is hidden. */
export const exchangeText = (view: ExchangeView, columns: number | undefined): string =>
  [
    `${plain(view.name)} → localhost:${view.port}   ${view.at}   ${view.state}`,
    exchangeLine(view, columns),
    '',
    messageText('request', view.request),
    '',
    messageText('answer', view.response),
    '',
    timingText(view),
    ...hiddenText(view),
  ].join('\n');

/** One message with its size. */
export const messageText = (what: 'request' | 'answer', message: MessageView | null): string => {
  if (message === null) {
    return what === 'request' ? 'The request was not seen here.' : 'There is no answer yet.';
  }
  const { startLine, headers, body } = message;
  const text = bodyText(body);
  return [
    plain(startLine),
    ...headers.map(([name, value]) => `${plain(name)}: ${plain(value)}`),
    ...(text === '' ? [] : ['', text]),
    '',
    `${what}: ${sizeText(body)}`,
  ].join('\n');
};

const bodyText = ({ kind, text, base64 }: BodyView): string => {
  if (kind === 'empty') return '';
  if (text === null) return base64 === null ? '(not readable)' : '(binary)';
  const shown = kind === 'json' ? prettyJson(text) : text;
  return shown
    .split('\n')
    .map((line) => line.split('\t').map(plain).join('\t'))
    .join('\n');
};

const sizeText = ({
  kind,
  totalBytes,
  keptBytes,
  truncated,
  encoding,
  sha256,
}: BodyView): string => {
  if (kind === 'empty') return 'no body';
  const kept = keptBytes < totalBytes ? `, the first ${count(keptBytes)} kept` : '';
  const cut = truncated && kept === '' ? ', not all of it shown' : '';
  const digest = kind === 'binary' ? `, sha256 ${sha256.slice(0, 16)}…` : '';
  return `${count(totalBytes)} bytes${encoding === null ? '' : ` ${plain(encoding)}`}${kept}${cut}${digest}`;
};

/** Where the time went. */
export const timingText = ({ timing }: ExchangeView): string => {
  const legs = [
    ['request body', timing.requestBodyMs],
    ['first byte', timing.firstByteMs],
    ['whole answer', timing.totalMs],
  ] as const;
  const known = legs.flatMap(([leg, ms]) => (ms === null ? [] : [`${leg} ${duration(ms)}`]));
  return `time   ${known.length === 0 ? 'not known yet' : known.join('   ')}`;
};

/** What is hidden, and how to see it; nothing when nothing is. */
export const hiddenText = ({ id, redacted }: ExchangeView): readonly string[] => {
  if (redacted.length === 0) return [];
  const places = [...new Set(redacted.map(({ where }) => where))];
  const what = places.find((where) => /^(header|cookie|query|json):/.test(where)) ?? 'all';
  return [
    `hidden ${places.map(plain).join('  ')}`,
    `       see one   byway inspect ${id} --reveal '${plain(what)}'`,
  ];
};
