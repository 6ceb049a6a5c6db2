import type { Message } from './reading.ts';

type Decoded = Pick<Message, 'content' | 'trailers' | 'complete'>;

/** Content and trailers of a body in chunks that a strict reader has let through, or of its start. */
export const decodeChunks = (body: string): Decoded => {
  let content = '';
  let at = 0;
  for (;;) {
    const lineEnd = body.indexOf('\r\n', at);
    if (lineEnd === -1) return { content, trailers: [], complete: false };
    const size = Number.parseInt(body.slice(at, lineEnd), 16);
    const start = lineEnd + 2;
    if (size === 0) return { content, ...decodeTrailers(body.slice(start)) };
    content += body.slice(start, start + size);
    at = start + size + 2;
  }
};

const decodeTrailers = (section: string): Omit<Decoded, 'content'> => {
  if (!/(^|\r\n)\r\n$/.test(section)) return { trailers: [], complete: false };
  const lines = section.split('\r\n').filter((line) => line !== '');
  return { trailers: lines.flatMap(nameAndValue), complete: true };
};

const nameAndValue = (line: string): readonly string[] => {
  const colon = line.indexOf(':');
  return [line.slice(0, colon), line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, '')];
};
