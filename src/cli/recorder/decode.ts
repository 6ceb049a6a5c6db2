import * as zlib from 'node:zlib';
import { decodedBytesMax, encodingsMax } from './limits.ts';

export type Decoded = { readonly bytes: Buffer; readonly truncated: boolean };

type Coder = () => NodeJS.ReadWriteStream & { readonly destroy: () => void };

const coders: Readonly<Record<string, Coder>> = {
  gzip: () => zlib.createGunzip({ finishFlush: zlib.constants.Z_SYNC_FLUSH }),
  'x-gzip': () => zlib.createGunzip({ finishFlush: zlib.constants.Z_SYNC_FLUSH }),
  deflate: () => zlib.createInflate({ finishFlush: zlib.constants.Z_SYNC_FLUSH }),
  br: () => zlib.createBrotliDecompress({ finishFlush: zlib.constants.BROTLI_OPERATION_FLUSH }),
  // Node has it from 22.15 on.
  ...('createZstdDecompress' in zlib && typeof zlib.createZstdDecompress === 'function'
    ? { zstd: zlib.createZstdDecompress as Coder }
    : {}),
};

/**
 * Undoes the codings of `Content-Encoding`, as far as the bytes go and 1 MiB at most. Undefined when one of
 * them is unknown here or the bytes are not what it says.
 */
export const decodeContent = async (
  content: Buffer,
  encoding: string,
): Promise<Decoded | undefined> => {
  const codings = encoding
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => coding !== '' && coding !== 'identity');
  if (codings.length > encodingsMax) return undefined;
  let decoded: Decoded = { bytes: content, truncated: false };
  for (const coding of codings.reverse()) {
    const next = await decodeOne(decoded.bytes, coding);
    if (next === undefined) return undefined;
    decoded = { bytes: next.bytes, truncated: decoded.truncated || next.truncated };
  }
  return decoded;
};

const decodeOne = async (bytes: Buffer, coding: string): Promise<Decoded | undefined> => {
  if (bytes.length === 0) return { bytes, truncated: false };
  const coder = Object.hasOwn(coders, coding) ? coders[coding] : undefined;
  if (coder === undefined) return undefined;
  const whole = await run(coder, bytes);
  if (whole !== undefined || coding !== 'deflate') return whole;
  // Some servers send it without its wrapping.
  return await run(
    () => zlib.createInflateRaw({ finishFlush: zlib.constants.Z_SYNC_FLUSH }),
    bytes,
  );
};

const run = (coder: Coder, bytes: Buffer): Promise<Decoded | undefined> =>
  new Promise((resolve) => {
    const stream = coder();
    const chunks: Buffer[] = [];
    let total = 0;
    const done = (truncated: boolean): void => {
      stream.destroy();
      resolve({ bytes: Buffer.concat(chunks).subarray(0, decodedBytesMax), truncated });
    };
    stream.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      total += chunk.length;
      if (total > decodedBytesMax) done(true);
    });
    stream.on('end', () => done(false));
    // What came before the fault still counts, such as before the cut of a recording.
    stream.on('error', () => (total > 0 ? done(true) : resolve(undefined)));
    stream.end(bytes);
  });
