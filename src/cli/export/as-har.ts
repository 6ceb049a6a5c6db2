import { programVersion } from '../../base/version.ts';
import { headerOf } from '../recorder/content.ts';
import type { HeaderLine } from '../recorder/exchange.ts';
import type { BodyView, ExchangeView, MessageView } from '../recorder/view.ts';

/** An HTTP archive of version 1.2. Hidden values read `[redacted:NAME]`. */
export const asHar = (views: readonly ExchangeView[]): string =>
  JSON.stringify(
    {
      log: {
        version: '1.2',
        creator: { name: 'byway', version: programVersion() },
        entries: views.filter(({ request }) => request !== null).map(entryOf),
      },
    },
    undefined,
    2,
  );

const entryOf = (view: ExchangeView): unknown => {
  const { at, timing, name, id, servedBy, state } = view;
  const send = timing.requestBodyMs ?? 0;
  const wait = Math.max(0, (timing.firstByteMs ?? send) - send);
  const receive = Math.max(0, (timing.totalMs ?? send + wait) - send - wait);
  return {
    startedDateTime: at,
    time: send + wait + receive,
    request: requestOf(view),
    response: responseOf(view),
    cache: {},
    timings: { send, wait, receive },
    comment: `${id} of ${name}, served by ${servedBy === 'local' ? 'the laptop' : 'the pod'}, ${state}`,
  };
};

const requestOf = ({ request, method, path }: ExchangeView): unknown => {
  if (request === null) return undefined;
  const { headers, body } = request;
  const url = urlOf(path ?? '/', headerOf(headers, 'host'));
  const queryString = [...url.searchParams].map(([name, value]) => ({ name, value }));
  return {
    method,
    url: url.href,
    httpVersion: 'HTTP/1.1',
    cookies: cookiesOf(headers, 'cookie'),
    headers: pairs(headers),
    queryString,
    headersSize: -1,
    bodySize: body.totalBytes,
    ...(body.kind === 'empty' ? {} : { postData: postDataOf(headers, body) }),
  };
};

const postDataOf = (headers: readonly HeaderLine[], body: BodyView): unknown => ({
  mimeType: headerOf(headers, 'content-type') ?? 'application/octet-stream',
  text: body.text ?? body.base64 ?? '',
  ...commentOf(body),
});

const responseOf = ({ response, status }: ExchangeView): unknown => {
  const { headers = [], body, startLine = '' } = response ?? ({} as Partial<MessageView>);
  return {
    status: status ?? 0,
    statusText: startLine.split(' ').slice(2).join(' '),
    httpVersion: 'HTTP/1.1',
    cookies: cookiesOf(headers, 'set-cookie'),
    headers: pairs(headers),
    content: {
      size: body?.totalBytes ?? 0,
      mimeType: headerOf(headers, 'content-type') ?? 'application/octet-stream',
      ...(body === undefined || body.kind === 'empty' ? {} : contentOf(body)),
    },
    redirectURL: headerOf(headers, 'location') ?? '',
    headersSize: -1,
    bodySize: body?.totalBytes ?? -1,
  };
};

const contentOf = (body: BodyView): object => ({
  ...(body.text === null ? { text: body.base64, encoding: 'base64' } : { text: body.text }),
  ...commentOf(body),
});

const commentOf = ({ truncated, text, kind }: BodyView): { readonly comment?: string } => {
  if (truncated) return { comment: 'Not all of it was kept.' };
  return kind === 'binary' && text === null ? { comment: 'In base64.' } : {};
};

// A mask is no part of an address as it stands.
const urlOf = (path: string, host: string | undefined): URL => {
  for (const text of [`http://${host ?? 'localhost'}${path}`, path]) {
    if (URL.canParse(text)) return new URL(text);
  }
  return new URL('http://localhost/');
};

const pairs = (headers: readonly HeaderLine[]): unknown =>
  headers.map(([name, value]) => ({ name, value }));

const cookiesOf = (headers: readonly HeaderLine[], header: string): unknown =>
  headers
    .filter(([name]) => name.toLowerCase() === header)
    .flatMap(([, value]) => (header === 'cookie' ? value.split(';') : [value.split(';')[0] ?? '']))
    .map((pair) => {
      const equals = pair.indexOf('=');
      return { name: pair.slice(0, equals).trim(), value: pair.slice(equals + 1).trim() };
    });
