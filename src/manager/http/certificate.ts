import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Server } from 'node:https';
import { messageOf, UserError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { certificateLookMs } from '../limits.ts';

/** Files of a certificate, with those of its authorities behind it, and of its key; both PEM. */
export type CertificateFiles = { readonly cert: string; readonly key: string };

/** What was read; `mark` differs when anything of it does. */
export type Certificate = CertificateFiles & { readonly mark: string };

/** Reads both files. Throws a `UserError` of kind `usage` unless they belong together. */
export const readCertificate = async (files: CertificateFiles): Promise<Certificate> => {
  try {
    const [cert, key] = await Promise.all([
      readFile(files.cert, 'utf8'),
      readFile(files.key, 'utf8'),
    ]);
    if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))) {
      throw new Error('the key is not the one of the certificate');
    }
    return { cert, key, mark: createHash('sha256').update(cert).update(key).digest('hex') };
  } catch (error) {
    // What a library says of a key that it can't read holds nothing of the key.
    throw new UserError(
      `The certificate ${files.cert} with the key ${files.key} can't be used (${messageOf(error)}).`,
      { kind: 'usage', hint: 'Both in PEM, the key without a password.', cause: error },
    );
  }
};

/**
 * Gives the server what the files hold whenever that has changed, until the returned function is
 * called. By looking and not by being told: files in Kubernetes are swapped by their folder's link.
 * What can't be used is logged once, and the server keeps what it has.
 */
export const renewCertificate = (
  server: Server,
  files: CertificateFiles,
  present: Certificate,
  log: Log,
): (() => void) => {
  let { mark } = present;
  let told = '';
  const look = async (): Promise<void> => {
    try {
      const read = await readCertificate(files);
      if (read.mark === mark) return;
      server.setSecureContext({ cert: read.cert, key: read.key });
      mark = read.mark;
      told = '';
      log.info({ cert: files.cert }, 'certificate renewed');
    } catch (error) {
      const reason = messageOf(error);
      if (reason !== told) log.warn({ reason }, 'the old certificate stays');
      told = reason;
    }
  };
  const timer = setInterval(() => void look(), certificateLookMs);
  timer.unref();
  return () => clearInterval(timer);
};
