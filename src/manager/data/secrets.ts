import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from '../../base/atomic-file.ts';
import { systemCode, UserError } from '../../base/errors.ts';
import { newTokenText, parseToken } from '../identity/token-text.ts';

/** What a manager keeps to itself, in files with mode 0600. */
export type Secrets = {
  /** The owner's token as text: hash it and let it go. */
  readonly ownerToken: string;
  /** 32 bytes from which users' routing keys are derived. */
  readonly serverSecret: Buffer;
};

/** Reads `token` and `secret`, making each on the first start. Rejects when one is damaged. */
export const loadSecrets = async (folder: string): Promise<Secrets> => {
  const ownerToken = await readOrMake(join(folder, 'token'), newTokenText);
  if (parseToken(ownerToken) === undefined) throw damaged(join(folder, 'token'));
  const secret = await readOrMake(join(folder, 'secret'), () => randomBytes(32).toString('hex'));
  if (!/^[0-9a-f]{64}$/.test(secret)) throw damaged(join(folder, 'secret'));
  return { ownerToken, serverSecret: Buffer.from(secret, 'hex') };
};

const readOrMake = async (path: string, make: () => string): Promise<string> => {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
  }
  const text = make();
  await writeAtomically(path, `${text}\n`);
  return text;
};

const damaged = (path: string): UserError =>
  new UserError(`${path} is damaged, so the manager does not start.`, {
    hint: 'Restore the file, or delete it: then a new one is made and the old one is worth nothing.',
  });
