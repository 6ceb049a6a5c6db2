import { X509Certificate } from 'node:crypto';
import { open } from 'node:fs/promises';
import { messageOf, UserError } from '../base/errors.ts';

/** Bytes of a file with certificates; the system's own have some 200 KB. */
const fileBytesMax: number = 1024 * 1024;

/**
 * Reads certificates of authorities, in PEM, that are to be trusted besides the usual ones. Throws
 * a `UserError` of kind `usage` that names `from`, the flag or variable that named the file.
 */
export const readAuthorities = async (path: string, from: string): Promise<string> => {
  const text = await contentOf(path, from);
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g);
  if (blocks === null) throw noCertificates(path, from);
  try {
    for (const block of blocks) new X509Certificate(block);
  } catch (error) {
    throw noCertificates(path, from, error);
  }
  return blocks.join('\n');
};

const contentOf = async (path: string, from: string): Promise<string> => {
  try {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      if (size > fileBytesMax) throw new Error('it is larger than 1 MiB');
      return await file.readFile('utf8');
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new UserError(`${from}: ${path} can't be read (${messageOf(error)}).`, {
      kind: 'usage',
      cause: error,
    });
  }
};

const noCertificates = (path: string, from: string, cause?: unknown): UserError =>
  new UserError(`${from}: ${path} holds no certificates in PEM.`, {
    kind: 'usage',
    hint: 'It begins with -----BEGIN CERTIFICATE-----; a private key has no place in it.',
    cause,
  });
