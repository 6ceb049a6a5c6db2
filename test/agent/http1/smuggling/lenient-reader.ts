import type { Sloppiness } from './sloppiness.ts';

/** A request as a lenient server takes it. */
export type SeenRequest = {
  readonly method: string;
  readonly target: string;
  /** Its content was there to the end. */
  readonly complete: boolean;
};

type Head = {
  readonly line: string;
  readonly method: string;
  readonly target: string;
  readonly fields: ReadonlyMap<string, readonly string[]>;
  readonly end: number;
};

/** All requests that a server with that sloppiness finds in the bytes (latin1) of a connection. */
export const readLeniently = (bytes: string, how: Sloppiness): readonly SeenRequest[] => {
  const seen: SeenRequest[] = [];
  let at = 0;
  while (at < bytes.length) {
    const head = readHead(bytes, at, how);
    if (head === undefined) break;
    const end = bodyEnd(bytes, head, how);
    seen.push({ method: head.method, target: head.target, complete: end <= bytes.length });
    at = end;
  }
  return seen;
};

type Line = { readonly text: string; readonly end: number };

const readLine = (bytes: string, at: number, { lineEnd }: Sloppiness): Line | undefined => {
  lineEnd.lastIndex = at;
  const found = lineEnd.exec(bytes);
  if (found === null) return undefined;
  return { text: bytes.slice(at, found.index), end: found.index + found[0].length };
};

const readHead = (bytes: string, start: number, how: Sloppiness): Head | undefined => {
  let at = start;
  for (;;) {
    const line = readLine(bytes, at, how);
    if (line === undefined) return undefined;
    at = line.end;
    // What is no request is skipped, empty lines as well as anything else.
    const [, method, target = '/'] = how.requestLine.exec(line.text) ?? [];
    if (method === undefined) continue;
    return { line: line.text, method, target, ...readFields(bytes, at, how) };
  }
};

const readFields = (
  bytes: string,
  start: number,
  how: Sloppiness,
): Pick<Head, 'fields' | 'end'> => {
  const lines: string[] = [];
  let at = start;
  for (;;) {
    const line = readLine(bytes, at, how);
    at = line?.end ?? bytes.length;
    if (line === undefined || line.text === '') break;
    const folded = how.joinsFolds && /^[ \t]/.test(line.text) && lines.length > 0;
    if (folded) lines.push(`${lines.pop()} ${line.text.trim()}`);
    else lines.push(line.text);
  }
  const fields = new Map<string, string[]>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = how.fieldName(colon === -1 ? line : line.slice(0, colon));
    fields.set(name, [...(fields.get(name) ?? []), line.slice(colon + 1).trim()]);
  }
  return { fields, end: at };
};

const bodyEnd = (bytes: string, head: Head, how: Sloppiness): number => {
  const { line, method, fields, end } = head;
  if (!how.readsContent(method, fields)) return end;
  const length = how.length(fields.get('content-length') ?? []);
  const chunked = how.isChunked(fields.get('transfer-encoding') ?? [], line);
  const byLength = Number.isNaN(length) ? undefined : end + length;
  const byChunks = chunked ? chunksEnd(bytes, end, how) : undefined;
  const [one, other] = how.prefers === 'length' ? [byLength, byChunks] : [byChunks, byLength];
  return one ?? other ?? end;
};

const chunksEnd = (bytes: string, start: number, how: Sloppiness): number => {
  let at = start;
  for (;;) {
    const line = readLine(bytes, at, how);
    if (line === undefined) return bytes.length + 1;
    const size = how.chunkSize(line.text);
    // A size that can't be read ends the content, as zero does.
    if (!(size > 0)) return trailersEnd(bytes, line.end, how);
    at = line.end + size;
    // The line end behind the data, if there is one.
    const next = readLine(bytes, at, how);
    if (next?.text === '') at = next.end;
    if (at > bytes.length) return at;
  }
};

const trailersEnd = (bytes: string, start: number, how: Sloppiness): number => {
  let at = start;
  for (;;) {
    const line = readLine(bytes, at, how);
    if (line === undefined) return bytes.length + 1;
    at = line.end;
    if (line.text === '') return at;
  }
};
