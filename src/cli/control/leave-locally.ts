import type { Environment } from '../folders.ts';
import { readSessionFiles } from '../session/session-file.ts';
import { askLeave } from './client.ts';

/**
 * Ends intercepts of a manager that can't be reached, by asking their sessions on this machine.
 * Returns the names of those that ended; one that does not answer is passed over.
 */
export const leaveLocally = async (
  environment: Environment,
  manager: string,
  {
    names,
    all,
    run: wantedRun,
  }: {
    readonly names: readonly string[];
    readonly all: boolean;
    readonly run?: string | undefined;
  },
): Promise<readonly string[]> => {
  const { running } = await readSessionFiles(environment);
  const ended: string[] = [];
  for (const { id, name, socket, run, manager: itsManager } of running) {
    if (wantedRun !== undefined && run !== wantedRun) continue;
    const wanted = all || names.includes(name) || names.includes(id);
    if (!wanted || socket === null || itsManager !== manager) continue;
    // The manager's silence is what the user is told of; a session that is stuck is shown by status.
    const left = await askLeave(socket, id).then(
      () => true,
      () => false,
    );
    if (left) ended.push(name);
  }
  return ended;
};
