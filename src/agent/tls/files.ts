import { open } from 'node:fs/promises';
import { messageOf, systemCode } from '../../base/errors.ts';
import type { TlsOptions } from './options.ts';

/** Bytes of one file: more than any chain of certificates takes. */
const fileBytesMax = 1024 * 1024;

/** The contents of all files that the options name. */
export type TlsFiles = {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly clientCa: Buffer | undefined;
  readonly upstreamCa: Buffer | undefined;
  readonly upstreamCert: Buffer | undefined;
  readonly upstreamKey: Buffer | undefined;
};

/** Reads them all. Rejects with a sentence that names the file, never with what is in it. */
export const readTlsFiles = async (options: TlsOptions): Promise<TlsFiles> => ({
  cert: await readWhole(options.cert),
  key: await readWhole(options.key),
  clientCa: await readIfNamed(options.clientCa),
  upstreamCa: await readIfNamed(options.upstreamCa),
  upstreamCert: await readIfNamed(options.upstream?.cert),
  upstreamKey: await readIfNamed(options.upstream?.key),
});

const readIfNamed = (file: string | undefined): Promise<Buffer> | undefined =>
  file === undefined ? undefined : readWhole(file);

const readWhole = async (file: string): Promise<Buffer> => {
  const handle = await open(file, 'r').catch((error: unknown) => {
    throw new Error(`${file} can't be read (${systemCode(error) ?? messageOf(error)})`);
  });
  try {
    if (!(await handle.stat()).isFile()) throw new Error(`${file} is no file`);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(fileBytesMax + 1), 0);
    if (bytesRead === 0) throw new Error(`${file} is empty`);
    if (bytesRead > fileBytesMax) throw new Error(`${file} is larger than 1 MiB`);
    return Buffer.from(buffer.subarray(0, bytesRead));
  } finally {
    await handle.close();
  }
};
