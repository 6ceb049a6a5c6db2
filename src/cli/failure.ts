import { messageOf, UserError } from '../base/errors.ts';
import { exitCodes } from '../base/exit-codes.ts';
import { Interrupted } from './interrupted.ts';
import type { Io } from './io.ts';

/**
 * Tells a person what went wrong and what to type, and returns the exit code. With `json` programs are
 * told as well, unless the command has given them its answer already.
 */
export const reportFailure = (io: Io, error: unknown, json = false): number => {
  if (error instanceof Interrupted) {
    io.warn(`\n${error.message}`);
    return exitCodes.interrupted;
  }
  if (json && io.answer() !== 'document') io.printJson(failureAsJson(error));
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

const failureAsJson = (error: unknown): unknown => {
  if (!(error instanceof UserError)) {
    const message = `byway itself failed: ${messageOf(error)}`;
    return { error: { kind: 'error', exitCode: exitCodes.error, message } };
  }
  const { kind, message, hint } = error;
  return {
    error: { kind, exitCode: exitCodes[kind], message, ...(hint === undefined ? {} : { hint }) },
  };
};

const indent = (text: string): string => text.replace(/^/gm, '  ');
