import { decodeContent } from './decode.ts';
import type { HeaderLine, RecordedMessage } from './exchange.ts';

/** A body as text when it is one, else as bytes; its encodings undone where they are known. */
export type Content = {
  readonly kind: 'empty' | 'json' | 'text' | 'binary';
  /** Of `json` and `text`. */
  readonly text: string;
  /** Of `binary`. */
  readonly bytes: Buffer;
  readonly encoding: string | null;
  /** The encoding is undone in `text` or `bytes`. */
  readonly decoded: boolean;
  readonly truncated: boolean;
};

/** The value of all lines of that name, joined; undefined without one. */
export const headerOf = (headers: readonly HeaderLine[], name: string): string | undefined => {
  const values = headers.filter(([one]) => one.toLowerCase() === name).map(([, value]) => value);
  return values.length === 0 ? undefined : values.join(', ');
};

export const contentOf = async ({ headers, body }: RecordedMessage): Promise<Content> => {
  const encoding = headerOf(headers, 'content-encoding') ?? null;
  const decoded = encoding === null ? undefined : await decodeContent(body.bytes, encoding);
  const { bytes } = decoded ?? body;
  const common = {
    encoding,
    decoded: decoded !== undefined,
    truncated: body.truncated || decoded?.truncated === true,
    bytes,
  };
  if (body.totalBytes === 0) return { ...common, kind: 'empty', text: '' };
  const text =
    encoding !== null && decoded === undefined ? undefined : textOf(bytes, common.truncated);
  if (text === undefined) return { ...common, kind: 'binary', text: '' };
  const kind = isJson(headerOf(headers, 'content-type') ?? '', text) ? 'json' : 'text';
  return { ...common, kind, text };
};

// A cut may go through a character, which is left out then.
const textOf = (bytes: Buffer, truncated: boolean): string | undefined => {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes, {
      stream: truncated,
    });
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
};

const isJson = (type: string, text: string): boolean =>
  /^\s*[[{"\d-]/.test(text) && (/[/+]json\b/i.test(type) || (type === '' && /^\s*[[{]/.test(text)));
