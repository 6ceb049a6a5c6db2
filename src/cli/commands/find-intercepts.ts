import { UserError } from '../../base/errors.ts';
import type { Intercept } from '../../protocol/intercepts.ts';
import type { ManagerClient } from '../manager-client/client.ts';
import { closest } from '../wording/closest.ts';
import { isCalled } from '../wording/name.ts';

export type Wanted = {
  /** The command, for what to type instead. */
  readonly command: string;
  readonly names: readonly string[];
  readonly all: boolean;
  /** Only those of that run of a pipeline. */
  readonly run?: string | undefined;
};

/**
 * The intercepts that a command is about: of one's own by name, `kind/name` or id, of others by id.
 * All are found before anything is done. Throws a `UserError` of kind `usage` or `not_found`.
 */
export const findIntercepts = async (
  manager: Pick<ManagerClient, 'me' | 'intercepts'>,
  { command, names, all, run }: Wanted,
): Promise<readonly Intercept[]> => {
  const [me, everybodys] = await Promise.all([manager.me(), manager.intercepts()]);
  const own = everybodys.filter(
    (one) => one.owner === me.user && (run === undefined || one.run === run),
  );
  const found = all ? own : names.flatMap((name) => find(command, name, own, everybodys));
  return [...new Set(found)];
};

/** Throws a `UserError` of kind `usage` unless there are names or `--all`, and not both. */
export const assertNamed = ({ command, names, all }: Wanted): void => {
  if (names.length > 0 !== all) return;
  throw new UserError(`Say which intercepts to ${command}, or --all of yours.`, {
    kind: 'usage',
    hint: `byway ${command} NAME   byway ${command} --all`,
  });
};

const find = (
  command: string,
  name: string,
  own: readonly Intercept[],
  everybodys: readonly Intercept[],
): readonly Intercept[] => {
  const mine = own.filter((intercept) => isCalled(intercept, name));
  if (mine.length > 0) return mine;
  // By id only: whether somebody else's may be touched is the manager's decision.
  const theirs = everybodys.filter(({ id }) => id === name);
  if (theirs.length > 0) return theirs;
  throw unknown(command, name, own, everybodys);
};

const unknown = (
  command: string,
  name: string,
  own: readonly Intercept[],
  everybodys: readonly Intercept[],
): UserError => {
  const message = `You have no intercept called "${name}". Nothing was changed.`;
  const other = everybodys.find((intercept) => isCalled(intercept, name));
  if (other !== undefined) {
    return new UserError(message, {
      kind: 'not_found',
      hint: `${other.owner} has one   byway ${command} ${other.id}`,
    });
  }
  const [near] = closest(
    name,
    own.map(({ workload }) => workload.name),
  );
  return new UserError(message, {
    kind: 'not_found',
    hint:
      near === undefined
        ? 'See yours   byway list'
        : `Did you mean ${near}?   byway ${command} ${near}`,
  });
};
