import { hostForm } from '../http1/authority.ts';
import { tokenOctets, valueOctets } from '../http1/octets.ts';
import { MalformedMessage } from './fault.ts';
import type { Field } from './hpack/field.ts';

/** What a checked head says about the body behind it. */
export type Head = {
  readonly method: string;
  /** Octets of data to come, or -1 when the head doesn't say. */
  readonly length: number;
};

// They belong to one connection of HTTP/1 (RFC 9113 8.2.2).
const forbidden = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
]);

/** What a request's head says about where it goes. */
type Aim = {
  ':method': string | undefined;
  ':scheme': string | undefined;
  ':authority': string | undefined;
  ':path': string | undefined;
  ':protocol': string | undefined;
  host: string | undefined;
  length: number;
};

/**
 * Checks the head of a request (RFC 9113 8.3.1, 8.5; RFC 8441 4 where `connects` says that extended
 * CONNECT is allowed). Throws `MalformedMessage`.
 */
export const checkRequest = (fields: readonly Field[], connects: boolean): Head => {
  const aim: Aim = {
    ':method': undefined,
    ':scheme': undefined,
    ':authority': undefined,
    ':path': undefined,
    ':protocol': undefined,
    host: undefined,
    length: -1,
  };
  let regular = false;
  for (const field of fields) {
    if (isPseudo(field.name)) {
      if (regular) throw new MalformedMessage(`${readable(field.name)} behind other fields`);
      takePseudo(aim, field);
    } else {
      regular = true;
      takeRegular(aim, field);
    }
  }
  assertAim(aim, connects);
  return { method: aim[':method'] as string, length: aim.length };
};

const takePseudo = (aim: Aim, field: Field): void => {
  const { name, value } = field;
  if (!isAimed(name)) throw new MalformedMessage(`unknown ${readable(name)}`);
  if (aim[name] !== undefined) throw new MalformedMessage(`more than one ${name}`);
  if (!field.isProper) assertPseudo(field);
  aim[name] = value;
};

// Looked at once like the others: it is proper where its name is allowed, which is asked each time.
const assertPseudo = (field: Field): void => {
  const { name, value } = field;
  assertValue(field);
  if (name === ':authority' && value.includes('@')) {
    throw new MalformedMessage('user in :authority');
  }
  if (name === ':authority' && !hostForm.test(value)) {
    throw new MalformedMessage('no proper :authority');
  }
  field.isProper = true;
};

const isAimed = (name: string): name is Exclude<keyof Aim, 'host' | 'length'> =>
  name === ':method' ||
  name === ':scheme' ||
  name === ':authority' ||
  name === ':path' ||
  name === ':protocol';

const takeRegular = (aim: Aim, field: Field): void => {
  assertRegular(field);
  const { name, value } = field;
  if (name === 'content-length') aim.length = lengthOf(value, aim.length);
  else if (name === 'host') {
    if (aim.host !== undefined) throw new MalformedMessage('more than one host');
    aim.host = value;
  }
};

const assertAim = (aim: Aim, connects: boolean): void => {
  const method = aim[':method'] ?? '';
  if (!isToken(method)) throw new MalformedMessage('no proper :method');
  assertAuthority(aim);
  const isExtended = aim[':protocol'] !== undefined;
  if (isExtended && (method !== 'CONNECT' || !connects)) {
    throw new MalformedMessage(':protocol where it is not allowed');
  }
  if (aim[':protocol'] === '') throw new MalformedMessage('no proper :protocol');
  if (method === 'CONNECT' && !isExtended) assertConnect(aim);
  else assertTarget(aim, method);
};

const assertConnect = (aim: Aim): void => {
  const isMore = aim[':scheme'] !== undefined || aim[':path'] !== undefined;
  if (isMore || !aim[':authority']) {
    throw new MalformedMessage('CONNECT without an authority, or with more');
  }
};

const assertTarget = (aim: Aim, method: string): void => {
  const scheme = aim[':scheme'] ?? '';
  if (scheme !== 'http' && scheme !== 'https' && !/^[A-Za-z][A-Za-z0-9+.-]*$/.test(scheme)) {
    throw new MalformedMessage('no proper :scheme');
  }
  assertPath(aim[':path'] ?? '', method);
};

const assertAuthority = (aim: Aim): void => {
  const { host } = aim;
  const authority = aim[':authority'];
  if (host === undefined) return;
  if (!hostForm.test(host)) throw new MalformedMessage('no proper host');
  if (authority === undefined || isSameHost(host, authority)) return;
  throw new MalformedMessage('host differs from :authority');
};

const isSameHost = (host: string, authority: string): boolean =>
  host === authority || host.toLowerCase() === authority.toLowerCase();

const assertPath = (path: string, method: string): void => {
  const isProper = path.startsWith('/') || (path === '*' && method === 'OPTIONS');
  if (!isProper || /[ \t#]/.test(path)) throw new MalformedMessage('no proper :path');
};

/**
 * Checks the head of an answer to `method` (RFC 9113 8.3.2). Throws `MalformedMessage`. `status` is
 * below 200 for an interim head.
 */
export const checkAnswer = (
  fields: readonly Field[],
  method: string,
): { readonly status: number; readonly length: number } => {
  const [first] = fields;
  if (first?.name !== ':status' || !/^[1-9]\d\d$/.test(first.value)) {
    throw new MalformedMessage('no proper :status');
  }
  const status = Number(first.value);
  // Nobody can switch protocols over HTTP/2 (RFC 9113 8.6).
  if (status === 101) throw new MalformedMessage('status 101');
  let length = -1;
  for (let at = 1; at < fields.length; at++) {
    const field = fields[at] as Field;
    if (isPseudo(field.name))
      throw new MalformedMessage(`${readable(field.name)} where it is not allowed`);
    assertRegular(field);
    if (field.name === 'content-length') length = lengthOf(field.value, length);
  }
  if (hasNoBody(status, method)) return { status, length: 0 };
  // Behind it comes no content but a tunnel (RFC 9110 9.3.6).
  return { status, length: method === 'CONNECT' && status < 300 ? -1 : length };
};

const hasNoBody = (status: number, method: string): boolean =>
  method === 'HEAD' || status === 204 || status === 304;

/** Checks trailers (RFC 9113 8.1). Throws `MalformedMessage`. */
export const checkTrailers = (fields: readonly Field[]): void => {
  for (const field of fields) {
    if (isPseudo(field.name)) throw new MalformedMessage(`${readable(field.name)} in the trailers`);
    assertRegular(field);
  }
};

const isPseudo = (name: string): boolean => name.charCodeAt(0) === 0x3a;

const lengthOf = (value: string, before: number): number => {
  if (before !== -1) throw new MalformedMessage('more than one content-length');
  if (!/^\d{1,15}$/.test(value)) throw new MalformedMessage('no proper content-length');
  return Number(value);
};

// Fields of the tables come again and again: each is looked at once (RFC 9113 8.2.1).
const assertRegular = (field: Field): void => {
  if (field.isProper) return;
  const { name, value } = field;
  if (!isLowerToken(name)) throw new MalformedMessage(`field name ${readable(name)}`);
  if (forbidden.has(name)) throw new MalformedMessage(`${name} has no meaning in HTTP/2`);
  if (name === 'te' && value !== 'trailers') throw new MalformedMessage('te other than trailers');
  assertValue(field);
  field.isProper = true;
};

const assertValue = ({ name, value }: Field): void => {
  for (let at = 0; at < value.length; at++) {
    if (valueOctets[value.charCodeAt(at)] !== 1) {
      throw new MalformedMessage(`control character in ${readable(name)}`);
    }
  }
  if (isBlank(value, 0) || isBlank(value, value.length - 1)) {
    throw new MalformedMessage(`blank at an end of ${readable(name)}`);
  }
};

const isBlank = (value: string, at: number): boolean => {
  const octet = value.charCodeAt(at);
  return octet === 0x20 || octet === 0x09;
};

const isToken = (text: string): boolean => {
  for (let at = 0; at < text.length; at++) {
    if (tokenOctets[text.charCodeAt(at)] !== 1) return false;
  }
  return text.length > 0;
};

const isLowerToken = (text: string): boolean => isToken(text) && !/[A-Z]/.test(text);

// A name from outside, short and without anything that could harm a log or a terminal.
const readable = (name: string): string => JSON.stringify(name.slice(0, 40));
