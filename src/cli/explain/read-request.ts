import { readFile, stat } from 'node:fs/promises';
import * as v from 'valibot';
import { messageOf, UserError } from '../../base/errors.ts';
import { type GivenRequest, givenRequestSchema } from '../../protocol/explanation.ts';
import type { Context } from '../context.ts';
import type { Io } from '../io.ts';
import { parseRequestName } from '../requests/request-id.ts';
import { plain } from '../wording/plain.ts';

/** The ways to say which request is meant, as commander reads them. */
export type RequestArguments = {
  readonly curl?: string | undefined;
  readonly har?: string | undefined;
  readonly entry?: string | undefined;
  readonly raw?: string | undefined;
  readonly header?: readonly string[] | undefined;
};

/** `service`: the one that a recorded request reached; undefined for all other requests. */
export type ReadRequest = { readonly request: GivenRequest; readonly service: string | undefined };

/** Bytes of a HAR file, which holds bodies, and of a request as on the wire. */
const harBytesMax: number = 256 * 1024 * 1024;
const rawBytesMax: number = 1024 * 1024;
/** Milliseconds for a request to come on standard input. */
const inputMsMax = 60_000;

/**
 * The request that a command line gives, in exactly one of its ways. Throws a usage error that says
 * what is wrong with it.
 */
export const readRequest = async (
  context: Pick<Context, 'io' | 'environment'>,
  words: readonly string[],
  given: RequestArguments,
): Promise<ReadRequest> => {
  const { curl, har, raw, entry, header } = given;
  const ways = [
    ...(curl === undefined ? [] : ['--curl']),
    ...(har === undefined ? [] : ['--har']),
    ...(raw === undefined ? [] : ['--raw']),
    ...(words.length === 0 ? [] : [`"${plain(words.join(' ')).slice(0, 60)}"`]),
  ];
  if (ways.length === 0) throw usage('Which request?', ways0);
  if (ways.length > 1) throw usage(`One request at a time, not ${ways.join(' and ')}.`, ways0);
  if (entry !== undefined && har === undefined) {
    throw usage('--entry is for --har.', 'byway explain --har FILE --entry N');
  }
  if (header !== undefined && words.length === 0) {
    throw usage('-H goes with METHOD URL.', "byway explain GET URL -H 'Name: value'");
  }
  const [first = '', ...others] = words;
  const recorded = others.length === 0 ? parseRequestName(first) : undefined;
  if (recorded === undefined) {
    return { request: checked(await requestFrom(context.io, words, given)), service: undefined };
  }
  if (header !== undefined) throw usage(`${first} has its own headers.`, `byway explain ${first}`);
  const { requestFromSession } = await import('./recorded-request.ts');
  const { request, service } = await requestFromSession(context, recorded);
  return { request: checked(request), service };
};

const ways0 =
  'byway explain --curl "curl …"   --har FILE   --raw FILE   METHOD URL -H \'Name: value\'   rq_7';

const requestFrom = async (
  io: Pick<Io, 'streams'>,
  words: readonly string[],
  { curl, har, raw, entry, header }: RequestArguments,
): Promise<GivenRequest> => {
  if (curl !== undefined) return (await import('./curl-request.ts')).curlRequest(curl);
  if (har !== undefined) {
    const { harRequest } = await import('./har-request.ts');
    return harRequest((await fileOf('--har', har, harBytesMax)).toString('utf8'), entryOf(entry));
  }
  if (raw !== undefined) {
    const { rawRequest } = await import('./raw-request.ts');
    return rawRequest(raw === '-' ? await inputOf(io) : await fileOf('--raw', raw, rawBytesMax));
  }
  return (await import('./plain-request.ts')).plainRequest(words, header ?? []);
};

const entryOf = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw usage(
    `--entry takes a number from 1, not "${text}".`,
    'byway explain --har FILE --entry 1',
  );
};

const fileOf = async (flag: string, path: string, bytesMax: number): Promise<Buffer> => {
  try {
    const { size } = await stat(path);
    if (size > bytesMax) throw usage(`${flag} ${path} has more than ${bytesMax} bytes.`);
    return await readFile(path);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw usage(`${flag} ${path} can't be read: ${messageOf(error)}.`);
  }
};

const inputOf = async ({ streams: { stdin } }: Pick<Io, 'streams'>): Promise<Buffer> => {
  const late = setTimeout(() => {
    const error = usage(`Nothing came to an end on standard input for ${inputMsMax / 1000} s.`);
    if ('destroy' in stdin && typeof stdin.destroy === 'function') stdin.destroy(error);
  }, inputMsMax);
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of stdin) {
      const part = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
      bytes += part.length;
      if (bytes > rawBytesMax) throw usage(`Standard input has more than ${rawBytesMax} bytes.`);
      chunks.push(part);
    }
  } finally {
    clearTimeout(late);
  }
  return Buffer.concat(chunks);
};

/** What the manager would refuse is refused here, with the place. */
const checked = (request: GivenRequest): GivenRequest => {
  const result = v.safeParse(givenRequestSchema, request);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const [part, at] = (v.getDotPath(issue) ?? '').split('.');
  const header = part === 'headers' ? request.headers[Number(at)]?.[0] : undefined;
  const where =
    header === undefined ? `Its ${part ?? 'head'}` : `Its header ${plain(header).slice(0, 80)}`;
  throw usage(`That is no request that an agent would let through. ${where}: ${issue.message}.`);
};

const usage = (message: string, hint?: string): UserError =>
  new UserError(message, { kind: 'usage', hint });
