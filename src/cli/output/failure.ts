import * as v from 'valibot';
import { exitCodes } from '../../base/exit-codes.ts';
import type { Documented } from './documented.ts';
import { text } from './parts.ts';

const kinds = Object.keys(exitCodes).filter((kind) => kind !== 'ok' && kind !== 'interrupted');

/** Of every command that fails without an answer of its own. */
export const failure: Documented = {
  form: 'document',
  description: 'What a command prints instead of its answer, or after its lines, when it fails.',
  schema: v.object({
    error: v.object({
      kind: v.picklist(kinds),
      exitCode: v.picklist(
        Object.values(exitCodes).filter((code) => code !== exitCodes.ok && code < 128),
      ),
      message: text,
      hint: v.exactOptional(text),
    }),
  }),
};
