import { UserError } from '../../base/errors.ts';
import type { AuditEntry } from '../../protocol/audit.ts';
import type { Intercept } from '../../protocol/intercepts.ts';
import type { ManagerClient } from '../manager-client/client.ts';
import { moment } from '../wording/figures.ts';
import { plain } from '../wording/plain.ts';

/** Milliseconds for which a loss is told. */
const toldMs: number = 8 * 60 * 60 * 1000;

/**
 * Intercepts of a user that somebody else took over in the last 8 hours, unless the user has
 * another one of that workload by now. Empty when the manager keeps no audit.
 */
export const takenFrom = async (
  manager: Pick<ManagerClient, 'audit'>,
  user: string,
  own: readonly Intercept[],
): Promise<readonly AuditEntry[]> => {
  const entries = await auditOf(manager);
  return entries.filter(
    ({ user: by, owner, workload }) =>
      owner === user && by !== user && !own.some((one) => nameOf(workload) === one.workload.name),
  );
};

const auditOf = async (manager: Pick<ManagerClient, 'audit'>): Promise<readonly AuditEntry[]> => {
  try {
    return await manager.audit('intercept.take_over', new Date(Date.now() - toldMs).toISOString());
  } catch (error) {
    if (error instanceof UserError && error.kind === 'not_found') return []; // An older manager.
    throw error;
  }
};

/** One loss, and both ways on. */
export const takenInWords = ({ at, user, workload, rule }: AuditEntry): string => {
  const name = plain(nameOf(workload));
  const was = rule === undefined ? '' : `   was: ${plain(rule)}`;
  return [
    `${plain(user)} took over ${name} at ${moment(new Date(at), new Date())}; your intercept ended.${was}`,
    `  With your key nobody is in the way   byway intercept ${name} --port 3000`,
  ].join('\n');
};

const nameOf = (workload: string | null): string => workload?.split('/').at(-1) ?? '';
