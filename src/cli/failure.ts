import { messageOf, UserError } from '../base/errors.ts';
import { exitCodes } from '../base/exit-codes.ts';
import type { Io } from './io.ts';

/** Tells a person what went wrong and what to type, and returns the exit code. */
export const reportFailure = (io: Io, error: unknown): number => {
  const sign = io.paint().bad('✗');
  if (!(error instanceof UserError)) {
    io.warn(`${sign} byway itself failed: ${messageOf(error)}`);
    if (error instanceof Error && error.stack !== undefined) io.warn(io.paint().faint(error.stack));
    return exitCodes.error;
  }
  io.warn(`${sign} ${error.message}`);
  if (error.hint !== undefined) io.warn(indent(error.hint));
  return exitCodes[error.kind];
};

const indent = (text: string): string => text.replace(/^/gm, '  ');
