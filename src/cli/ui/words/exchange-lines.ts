import type { BodyView, ExchangeView, MessageView } from '../../recorder/view.ts';
import { reason } from '../../wording/counts.ts';
import { clock, count, duration } from '../../wording/figures.ts';
import type { Line } from '../model/model.ts';
import { indentJson } from '../text/indent-json.ts';

/** Lines of one body that are shown. */
const bodyLinesMax = 2_000;

/** One request with its answer, in full: headers, body, sizes, and where the time went. */
export const exchangeLines = (exchange: ExchangeView): readonly Line[] => {
  const { request, response, redacted, id } = exchange;
  return [
    summary(exchange),
    timing(exchange),
    plain(''),
    ...(request === null ? notSeen(exchange) : message('Request', request)),
    plain(''),
    ...(response === null ? noAnswer(exchange) : message('Answer', response)),
    ...(redacted.length === 0
      ? []
      : [
          plain(''),
          faint('Secrets are left out. To see one of them:'),
          faint(`  byway inspect ${id} --reveal ${redacted[0]?.where}`),
        ]),
  ];
};

const plain = (text: string): Line => ({ text, tone: 'plain' });
const faint = (text: string): Line => ({ text, tone: 'faint' });

const summary = (exchange: ExchangeView): Line => {
  const { at, status, state, servedBy, passReason, replayOf } = exchange;
  const who = servedBy === 'local' ? `you (localhost:${exchange.port})` : 'the pod';
  const why = passReason === undefined ? '' : `: ${reason(passReason)}`;
  const again = replayOf === undefined ? '' : `, replay of ${replayOf}`;
  const outcome = status === null ? state : `${status}${state === 'complete' ? '' : `, ${state}`}`;
  return plain(`${clock(new Date(at))}   ${outcome}   answered by ${who}${why}${again}`);
};

const timing = ({ timing: { requestBodyMs, firstByteMs, totalMs } }: ExchangeView): Line => {
  const legs = [
    ['request body', requestBodyMs],
    ['answer begins', firstByteMs],
    ['answer whole', totalMs],
  ] as const;
  const known = legs.flatMap(([name, ms]) => (ms === null ? [] : [`${name} ${duration(ms)}`]));
  return faint(known.length === 0 ? 'no time measured yet' : `after its head: ${known.join(', ')}`);
};

const notSeen = ({ passReason }: ExchangeView): readonly Line[] => [
  plain('The request went to the pod before anything of it was read here.'),
  ...(passReason === 'local_refused'
    ? [faint('Nothing listened on your port: start your app, then it comes to you.')]
    : []),
];

const noAnswer = ({ state }: ExchangeView): readonly Line[] => {
  if (state === 'running') return [plain('No answer yet.')];
  return state === 'passed'
    ? []
    : [{ text: 'The connection ended before an answer.', tone: 'bad' }];
};

const message = (name: string, { startLine, headers, body }: MessageView): readonly Line[] => [
  faint(`${name}   ${sizeInWords(body)}`),
  plain(startLine),
  ...headers.map(([header, value]) => plain(`${header}: ${value}`)),
  ...bodyLines(body),
];

const sizeInWords = ({ totalBytes, encoding, kind, truncated }: BodyView): string => {
  if (kind === 'empty') return 'no body';
  const how = encoding === null ? '' : `, ${encoding}`;
  return `body ${count(totalBytes)} bytes${how}${truncated ? ', not all of it kept' : ''}`;
};

const bodyLines = ({ kind, text, sha256, keptBytes }: BodyView): readonly Line[] => {
  if (kind === 'empty') return [];
  if (text === null) {
    return [plain(''), faint(`${count(keptBytes)} binary bytes, SHA-256 ${sha256.slice(0, 16)}…`)];
  }
  const lines = (kind === 'json' ? indentJson(text) : text).split(/\r?\n/);
  const shown = lines.slice(0, bodyLinesMax).map(plain);
  const rest = lines.length - shown.length;
  return [plain(''), ...shown, ...(rest === 0 ? [] : [faint(`… ${count(rest)} lines more`)])];
};
