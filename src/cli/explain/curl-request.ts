import { UserError } from '../../base/errors.ts';
import type { GivenRequest } from '../../protocol/explanation.ts';
import { type CurlOption, curlOptions } from './curl-words.ts';
import { partsOfUrl, requestOf } from './request-parts.ts';
import { shellWords } from './shell-words.ts';

type Header = readonly [name: string, value: string];

/**
 * The head that curl would send for a pasted command line, less what depends on its version.
 * Throws a usage error for what can't be known without running it.
 */
export const curlRequest = (commandLine: string): GivenRequest => {
  const [first, ...rest] = shellWords(commandLine);
  const words = first !== undefined && /(?:^|[\\/])curl(?:\.exe)?$/.test(first) ? rest : undefined;
  if (words === undefined) {
    throw usage(
      `A command line of curl begins with curl, not with "${(first ?? '').slice(0, 40)}".`,
      `byway explain --curl "curl http://host/path -H 'x-tenant: acme'"`,
    );
  }
  return requestFrom(new Options(curlOptions(words)));
};

class Options {
  private readonly options: readonly CurlOption[];

  constructor(options: readonly CurlOption[]) {
    this.options = options;
  }

  has(name: string): boolean {
    return this.options.some((option) => option.name === name);
  }

  all(...names: readonly string[]): readonly string[] {
    return this.options.filter(({ name }) => names.includes(name)).map(({ value }) => value);
  }

  last(name: string): string | undefined {
    return this.all(name).at(-1);
  }
}

const dataFlags = ['data', 'data-raw', 'data-ascii', 'data-binary', 'data-urlencode', 'json'];
const formFlags = ['form', 'form-string'];

const requestFrom = (options: Options): GivenRequest => {
  if (options.has('next')) throw usage('--next makes several requests.', 'Paste one of them.');
  if (options.has('config')) throw fromFile('-K', 'the flags');
  const [url, another] = options.all('url');
  if (url === undefined) throw usage('The command line of curl has no URL.', 'curl URL …');
  if (another !== undefined)
    throw usage(`It has several URLs: ${url} and ${another}.`, 'Paste one.');
  const full = withQuery(options, url);
  const asIs = options.has('path-as-is');
  const { user } = partsOfUrl(full);
  const given = requestOf({
    method: methodOf(options),
    url: full,
    headers: headersOf(options, user),
    asIs,
  });
  const target = options.last('request-target');
  return target === undefined ? given : { ...given, target };
};

const methodOf = (options: Options): string => {
  const asked = options.last('request');
  if (asked !== undefined) return asked;
  if (options.has('head')) return 'HEAD';
  if (options.has('get')) return 'GET';
  if (options.has('upload-file')) return 'PUT';
  return [...dataFlags, ...formFlags].some((name) => options.has(name)) ? 'POST' : 'GET';
};

// -G moves the data behind the question mark.
const withQuery = (options: Options, url: string): string => {
  const data = options.has('get')
    ? [
        ...options.all('data', 'data-raw', 'data-ascii', 'data-binary').map(ownData),
        ...encodedData(options),
      ]
    : [];
  const query = [...data, ...options.all('url-query').map(encodedPair)].join('&');
  if (query === '') return url;
  const [before = '', ...fragment] = url.split('#');
  const joint = before.includes('?') ? '&' : '?';
  return [before + joint + query, ...fragment].join('#');
};

const ownData = (data: string): string => {
  if (data.startsWith('@')) throw fromFile('-d', 'the data');
  return data;
};

const encodedData = (options: Options): readonly string[] =>
  options.all('data-urlencode').map(encodedPair);

/** `content`, `=content` or `name=content`: the content percent-encoded. */
const encodedPair = (text: string): string => {
  const [, name = '', sign, content = ''] = /^([^=@]*)([=@]?)(.*)$/s.exec(text) ?? [];
  if (sign === '@') throw fromFile('--data-urlencode', 'the data');
  if (sign === '') return strictlyEncoded(name);
  return name === '' ? strictlyEncoded(content) : `${name}=${strictlyEncoded(content)}`;
};

// As in forms: a blank is a plus.
const strictlyEncoded = (text: string): string =>
  encodeURIComponent(text)
    .replaceAll('%20', '+')
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

const headersOf = (options: Options, user: string | undefined): readonly Header[] => {
  const own = options.all('header').map(headerOf);
  const named = new Set(own.map(([name]) => name.toLowerCase()));
  const usual = usualHeaders(options, user).filter(([name]) => !named.has(name.toLowerCase()));
  return [
    ...usual,
    ...own.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
  ];
};

/** `Name: value`; `Name;` for an empty one, and `Name:` for none at all, as curl has it. */
const headerOf = (text: string): readonly [name: string, value: string | undefined] => {
  if (text.startsWith('@')) throw fromFile('-H', 'headers');
  const colon = text.indexOf(':');
  if (colon === -1) {
    if (/^[^\s;]+;\s*$/.test(text)) return [text.slice(0, text.indexOf(';')), ''];
    throw usage(`-H '${text.slice(0, 80)}' is no header: it has no colon.`, "-H 'Name: value'");
  }
  const value = text.slice(colon + 1).trim();
  return [text.slice(0, colon).trim(), value === '' ? undefined : value];
};

const usualHeaders = (options: Options, user: string | undefined): readonly Header[] => {
  const header = (name: string, value: string | undefined): readonly Header[] =>
    value === undefined || value === '' ? [] : [[name, value]];
  const json = options.has('json');
  return [
    ...header('Authorization', authorizationOf(options, user)),
    ...header('User-Agent', options.has('user-agent') ? options.last('user-agent') : 'curl'),
    ...header('Range', rangeOf(options.last('range'))),
    ...header('Accept', json ? 'application/json' : '*/*'),
    ...header('Referer', options.last('referer')?.replace(/;auto$/, '')),
    ...header('Cookie', cookiesOf(options)),
    ...header('Accept-Encoding', options.has('compressed') ? 'deflate, gzip' : undefined),
    ...header('Content-Type', typeOf(options)),
  ];
};

const rangeOf = (range: string | undefined): string | undefined =>
  range === undefined ? undefined : `bytes=${range}`;

const authorizationOf = (options: Options, inUrl: string | undefined): string | undefined => {
  const bearer = options.last('oauth2-bearer');
  if (bearer !== undefined) return `Bearer ${bearer}`;
  const user = options.last('user') ?? (inUrl === undefined ? undefined : decodedUser(inUrl));
  if (user === undefined) return undefined;
  const pair = user.includes(':') ? user : `${user}:`;
  return `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`;
};

const decodedUser = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // A "%" that encodes nothing is sent as it stands.
  }
};

const cookiesOf = (options: Options): string | undefined => {
  const given = options.all('cookie');
  const file = given.find((cookie) => !cookie.includes('='));
  if (file !== undefined && file !== '') throw fromFile('-b', 'cookies');
  const cookies = given.filter((cookie) => cookie !== '');
  return cookies.length === 0 ? undefined : cookies.join('; ');
};

const typeOf = (options: Options): string | undefined => {
  if (options.has('get') || options.has('head')) return undefined;
  if (options.has('json')) return 'application/json';
  if (formFlags.some((name) => options.has(name))) return 'multipart/form-data';
  return dataFlags.some((name) => options.has(name))
    ? 'application/x-www-form-urlencoded'
    : undefined;
};

const fromFile = (flag: string, what: string): UserError =>
  usage(
    `${flag} takes ${what} from a file, which is not read here.`,
    'Write them into the command line.',
  );

const usage = (message: string, hint: string): UserError =>
  new UserError(message, { kind: 'usage', hint });
