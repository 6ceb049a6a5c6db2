import { parseBaggage } from '../../../propagation/baggage.ts';
import { keyBaggageMember, keyHeader } from '../../../propagation/key.ts';
import type { HeaderLine } from '../exchange.ts';
import { type Masking, maskLoose } from './mask-text.ts';
import { isSecretHeader } from './names.ts';

/** Masks the values of header lines that hold secrets, in whole or in part. */
export const maskHeaders = (
  masking: Masking,
  headers: readonly HeaderLine[],
): readonly HeaderLine[] =>
  headers.map(([name, value]) => [name, maskHeader(masking, name, value)]);

/** Keeps in mind what the header lines hold that are secrets by their names. */
export const noteHeaders = (masking: Masking, headers: readonly HeaderLine[]): void => {
  const { rules } = masking;
  for (const [name, value] of headers) {
    const lower = name.toLowerCase();
    const holds = lower === keyHeader || lower === 'baggage' || rules.headers.has(lower);
    if (holds || isSecretHeader(lower)) maskHeader(masking, name, value);
  }
};

const maskHeader = (masking: Masking, name: string, value: string): string => {
  const { rules, reveal, secrets } = masking;
  const lower = name.toLowerCase();
  if (value === '') return value;
  if (reveal.header(lower)) return opened(masking, value);
  const where = `header:${lower}`;
  if (rules.headers.has(lower)) return secrets.mask(value, name, where);
  if (lower === keyHeader) return maskKey(masking, value);
  if (lower === 'baggage') return maskBaggage(masking, value);
  if (lower === 'cookie') return maskPairs(masking, value);
  if (lower === 'set-cookie') return maskSetCookie(masking, value);
  if (lower === 'authorization' || lower === 'proxy-authorization') {
    return maskCredentials(masking, name, value);
  }
  return isSecretHeader(lower) ? secrets.mask(value, name, where) : maskLoose(masking, value);
};

// What stands in parts of it, such as the password in Basic, is open as well.
const opened = ({ secrets }: Masking, value: string): string => {
  secrets.open(value);
  for (const part of value.split(/[\s;,=]+/)) secrets.open(part);
  return value;
};

const maskKey = ({ reveal, secrets }: Masking, value: string): string => {
  if (reveal.key) secrets.open(value);
  return secrets.mask(value, 'byway_key', `header:${keyHeader}`);
};

const maskBaggage = (masking: Masking, value: string): string => {
  const written = parseBaggage(value)
    .filter(({ key }) => key === keyBaggageMember)
    .map((member) => member.written);
  let masked = value;
  for (const one of written) {
    if (one !== '') masked = masked.replaceAll(one, () => maskKey(masking, one));
  }
  return maskLoose(masking, masked);
};

const maskPairs = (masking: Masking, value: string): string =>
  value
    .split(';')
    .map((pair) => maskCookie(masking, pair))
    .join(';');

const maskSetCookie = (masking: Masking, value: string): string => {
  const [first = '', ...attributes] = value.split(';');
  return [maskCookie(masking, first), ...attributes].join(';');
};

const maskCookie = ({ reveal, secrets }: Masking, pair: string): string => {
  const [, before = '', name = '', value = ''] = /^(\s*([^=]*)=)?(.*)$/s.exec(pair) ?? [];
  if (value.trim() === '') return pair;
  if (reveal.cookie(name)) {
    secrets.open(value);
    return pair;
  }
  return `${before}${secrets.mask(value, `cookie ${name}`, `cookie:${name}`)}`;
};

const maskCredentials = (masking: Masking, name: string, value: string): string => {
  const { secrets } = masking;
  const where = `header:${name.toLowerCase()}`;
  const [, scheme, credentials] = /^([A-Za-z][\w-]*) +(.+)$/s.exec(value) ?? [];
  if (scheme === undefined || credentials === undefined) return secrets.mask(value, name, where);
  if (scheme.toLowerCase() === 'basic') {
    const [, password = ''] = /:(.*)$/s.exec(Buffer.from(credentials, 'base64').toString()) ?? [];
    if (password !== '') secrets.note(password, `${name} password`, where);
  }
  return `${scheme} ${secrets.mask(credentials, name, where)}`;
};
