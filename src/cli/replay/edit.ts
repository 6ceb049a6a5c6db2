import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../base/errors.ts';
import type { Environment } from '../folders.ts';
import type { EditedRequest } from '../recorder/source.ts';
import type { ExchangeView } from '../recorder/view.ts';
import { editableText, readEdited } from './editable-text.ts';

/** Bytes of what comes back from an editor. */
const editedBytesMax: number = 1024 * 1024;

/**
 * Lets a person change a request in `$VISUAL` or `$EDITOR`. Undefined when it was saved unchanged or
 * empty. The file is the user's alone, holds no secret but what they type, and is removed.
 */
export const editRequest = async (
  environment: Environment,
  view: ExchangeView,
): Promise<EditedRequest | undefined> => {
  const text = editableText(view);
  const folder = await mkdtemp(join(tmpdir(), 'byway-edit-'));
  const file = join(folder, `${view.id}.http`);
  try {
    await writeFile(file, text, { mode: 0o600 });
    await runEditor(environment, file);
    const { size } = await stat(file);
    if (size > editedBytesMax) {
      throw new UserError('The edited request is longer than 1 MiB. Nothing was sent.');
    }
    const after = await readFile(file, 'utf8');
    return after === text || after.trim() === '' ? undefined : readEdited(after, view);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

// `EDITOR` is a command line of the user's own, such as `code --wait`.
const runEditor = async (environment: Environment, file: string): Promise<void> => {
  const editor = [environment['VISUAL'], environment['EDITOR']].find((one) => (one ?? '') !== '');
  const command = editor ?? (process.platform === 'win32' ? 'notepad' : 'vi');
  const code = await new Promise<number | null>((resolve, reject) => {
    const child =
      process.platform === 'win32'
        ? spawn(`${command} "${file}"`, { shell: true, stdio: 'inherit', env: environment })
        : spawn('sh', ['-c', `${command} "$1"`, 'sh', file], {
            stdio: 'inherit',
            env: environment,
          });
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code === 0) return;
  throw new UserError(
    `The editor (${command}) ended with ${code ?? 'a signal'}. Nothing was sent.`,
    {
      hint: 'Choose another one   EDITOR=nano byway replay …',
    },
  );
};
