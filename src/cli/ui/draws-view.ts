import type { Context } from '../context.ts';

export type ViewFlags = {
  readonly json?: boolean;
  readonly plain?: boolean;
  readonly ci?: boolean;
  readonly detach?: boolean;
};

/**
 * Whether a command draws on the whole terminal: only where a person sits at all of its streams, and
 * on no terminal that can do nothing but print.
 */
export const drawsView = (
  { io, environment }: Pick<Context, 'io' | 'environment'>,
  { json, plain, ci, detach }: ViewFlags,
): boolean => {
  const asked = [json, plain, ci, detach].every((flag) => flag !== true);
  const { TERM: terminal, CI: service = '' } = environment;
  const canDraw = terminal === undefined ? process.platform === 'win32' : terminal !== 'dumb';
  const byHand = ['', '0', 'false'].includes(service);
  const watched = io.interactive() && io.streams.stdout.isTTY === true;
  return asked && canDraw && byHand && watched && !io.quiet();
};
