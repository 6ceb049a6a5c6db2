import { createHash } from 'node:crypto';
import { type Content, contentOf } from './content.ts';
import type { ExchangeFacts, HeaderLine, RecordedMessage } from './exchange.ts';
import type { RecordedExchange } from './recorder.ts';
import { maskHeaders, noteHeaders } from './redaction/mask-headers.ts';
import { type Masking, maskJson, maskLoose, maskTarget } from './redaction/mask-text.ts';
import { type Reveal, revealNothing } from './redaction/reveal.ts';
import { Secrets } from './redaction/secrets.ts';
import type { BodyView, ExchangeSummary, ExchangeView, MessageView } from './view.ts';

/** What others may see of an exchange, and the secrets that its masks stand for. */
export type Viewed = { readonly view: ExchangeView; readonly secrets: Secrets };

/** Masks all secrets but those that are revealed. */
export const viewOf = async (recorded: RecordedExchange, reveal: Reveal): Promise<Viewed> => {
  const exchange = recorded.recording.exchange();
  const masking = maskingOf(recorded, reveal);
  const { secrets } = masking;
  const contents = await Promise.all([exchange.request, exchange.response].map(readContent));
  // Everything is read for secrets before anything is searched for them.
  const request = maskMessage(masking, exchange.request, contents[0]);
  const response = maskMessage(masking, exchange.response, contents[1]);
  const path = exchange.path === null ? null : maskPart(masking, maskTarget, exchange.path);
  const all = reveal.all ? (text: string): string => text : (text: string) => secrets.maskAll(text);
  const view: ExchangeView = {
    ...summaryWith(exchange, path === null ? null : all(path)),
    request: finished(request, all),
    response: finished(response, all),
    timing: exchange.timing,
    redacted: [],
  };
  const redacted = secrets.used.map(({ name, where }) => ({ name, where: all(where) }));
  return { view: { ...view, redacted }, secrets };
};

/** One line of a list. */
export const summaryOf = (recorded: RecordedExchange): ExchangeSummary =>
  summaryWith(recorded.recording.facts(), pathOf(recorded));

const paths = new WeakMap<RecordedExchange, string | null>();

/** A path without its secrets, those of the request's head included. */
export const pathOf = (recorded: RecordedExchange): string | null => {
  const known = paths.get(recorded);
  if (known !== undefined) return known;
  const { recording } = recorded;
  const { path } = recording;
  const masking = maskingOf(recorded, revealNothing);
  const masked = path === null ? null : maskTarget(masking, path);
  noteHeaders(masking, recording.requestHeaders);
  const shown = masked === null ? null : masking.secrets.maskAll(masked);
  paths.set(recorded, shown);
  return shown;
};

const summaryWith = (exchange: ExchangeFacts, path: string | null): ExchangeSummary => {
  const { id, intercept, name, port, at, state, method, status, servedBy } = exchange;
  const { passReason, replayOf, timing } = exchange;
  return {
    ...{ id, intercept, name, port, at: new Date(at).toISOString(), state, method, path, status },
    ms: timing.firstByteMs === null ? null : Math.round(timing.firstByteMs * 100) / 100,
    servedBy,
    ...(passReason === undefined ? {} : { passReason }),
    ...(replayOf === undefined ? {} : { replayOf }),
  };
};

const maskingOf = ({ rules }: RecordedExchange, reveal: Reveal): Masking => {
  const secrets = new Secrets();
  const { key } = rules;
  if (key !== null && reveal.key) secrets.open(key);
  else if (key !== null) secrets.note(key, 'byway_key', 'key');
  return { rules, reveal, secrets };
};

const readContent = async (message: RecordedMessage | null): Promise<Content | undefined> =>
  message === null ? undefined : await contentOf(message);

const maskPart = (
  masking: Masking,
  mask: (masking: Masking, text: string) => string,
  text: string,
): string => (masking.reveal.all ? text : mask(masking, text));

type Message = {
  readonly startLine: string;
  readonly headers: readonly HeaderLine[];
  readonly text: string;
  readonly content: Content;
  readonly message: RecordedMessage;
};

const maskMessage = (
  masking: Masking,
  message: RecordedMessage | null,
  content: Content | undefined,
): Message | undefined => {
  if (message === null || content === undefined) return undefined;
  const { startLine, headers } = message;
  const isRequest = !startLine.startsWith('HTTP/');
  return {
    startLine: isRequest ? maskFirstLine(masking, startLine) : startLine,
    headers: masking.reveal.all ? headers : maskHeaders(masking, headers),
    text: maskPart(masking, content.kind === 'json' ? maskJson : maskLoose, content.text),
    content,
    message,
  };
};

const maskFirstLine = (masking: Masking, line: string): string => {
  const [method = '', target = '', ...rest] = line.split(' ');
  return [method, maskPart(masking, maskTarget, target), ...rest].join(' ');
};

const finished = (
  message: Message | undefined,
  mask: (text: string) => string,
): MessageView | null => {
  if (message === undefined) return null;
  const { startLine, headers } = message;
  return {
    startLine: mask(startLine),
    headers: headers.map(([name, value]) => [name, mask(value)]),
    body: bodyOf(message, mask),
  };
};

const bodyOf = ({ text, content, message }: Message, mask: (text: string) => string): BodyView => {
  const { bytes, totalBytes } = message.body;
  const { kind, encoding, decoded, truncated } = content;
  const readable = kind === 'json' || kind === 'text';
  return {
    kind,
    text: readable ? mask(text) : null,
    base64: kind === 'binary' ? maskedBytes(content.bytes, mask).toString('base64') : null,
    encoding,
    decoded,
    totalBytes,
    keptBytes: bytes.length,
    truncated,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
};

const maskedBytes = (bytes: Buffer, mask: (text: string) => string): Buffer => {
  const text = bytes.toString('latin1');
  const masked = mask(text);
  return masked === text ? bytes : Buffer.from(masked, 'latin1');
};
