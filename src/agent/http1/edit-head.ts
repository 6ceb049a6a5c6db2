import { fieldName } from '../../protocol/http1/fields.ts';
import type { RequestHead } from '../../protocol/http1/request-head.ts';

const emptyLine = Buffer.from('\r\n', 'latin1');

/** The head with more field lines at its end; all that was there stays as it is. */
export const withLines = (head: Buffer, lines: readonly string[]): Buffer =>
  lines.length === 0
    ? head
    : Buffer.concat([
        head.subarray(0, -emptyLine.length),
        Buffer.from(lines.map((line) => `${line}\r\n`).join(''), 'latin1'),
        emptyLine,
      ]);

const upgrade = fieldName('upgrade');
const settings = fieldName('http2-settings');
const connection = fieldName('connection');

/** What is sent on of these bytes: the head and what has come of its body. */
export const forwarded = (head: RequestHead, bytes: Buffer): Buffer => {
  const edited = withoutH2cOffer(head);
  return edited === undefined ? bytes : Buffer.concat([edited, bytes.subarray(head.length)]);
};

/**
 * The head without its offer to change to h2c, or undefined when it offers nothing. Accepted, it
 * would hide the connection's later requests from matching; RFC 9113 3.1 has made it obsolete.
 */
const withoutH2cOffer = (head: RequestHead): Buffer | undefined => {
  const { fields } = head;
  const offers = fields.valueOf(upgrade);
  if (offers === undefined && fields.linesOf(settings) === 0) return undefined;
  const others = listed(offers ?? '').filter((name) => !/^h2c$/i.test(name));
  if (fields.linesOf(settings) === 0 && others.length === listed(offers ?? '').length) {
    return undefined;
  }
  const kept = [head.bytes.subarray(0, fields.positions[0])];
  for (let line = 0; line < fields.count; line++) {
    const text = editedLine(head, line, others);
    if (text !== undefined) kept.push(text);
  }
  return Buffer.concat([...kept, emptyLine]);
};

const listed = (value: string): readonly string[] =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

const editedLine = (
  head: RequestHead,
  line: number,
  others: readonly string[],
): Buffer | undefined => {
  const { fields } = head;
  if (fields.isNamed(line, settings)) return undefined;
  if (fields.isNamed(line, upgrade))
    return rewritten('Upgrade', keepThese(fields.valueAt(line), others));
  if (!fields.isNamed(line, connection)) return originalLine(head, line);
  const options = listed(fields.valueAt(line)).filter(
    (name) => !/^http2-settings$/i.test(name) && !(others.length === 0 && /^upgrade$/i.test(name)),
  );
  return rewritten('Connection', options);
};

const keepThese = (value: string, others: readonly string[]): readonly string[] =>
  listed(value).filter((name) => others.includes(name));

const rewritten = (name: string, items: readonly string[]): Buffer | undefined =>
  items.length === 0 ? undefined : Buffer.from(`${name}: ${items.join(', ')}\r\n`, 'latin1');

const originalLine = ({ bytes, fields }: RequestHead, line: number): Buffer => {
  const start = fields.positions[line * 4];
  const next = fields.positions[line * 4 + 4] ?? bytes.length - emptyLine.length;
  return bytes.subarray(start, next);
};
