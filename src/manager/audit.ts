import { newIdentifier } from '../base/identifier.ts';
import type { AuditAction, AuditEntry } from '../protocol/audit.ts';
import { printMatch } from '../protocol/match/expression/print.ts';
import { workloadPath } from '../protocol/workload.ts';
import { auditEntriesMax, auditRuleCharactersMax } from './limits.ts';
import type { Collection } from './store/collection.ts';
import type { AuditRecord, InterceptRecord } from './store/records.ts';

export type Done = Omit<AuditEntry, 'id' | 'at'>;

/** Who did what: the last 10,000 entries, which outlive the manager. */
export type Audit = {
  /** Resolves when it is durable. Begun within `together`, it is there with what it tells of. */
  readonly write: (done: Done) => Promise<void>;
  /** Oldest first. */
  readonly entries: () => readonly AuditEntry[];
};

export const keepAudit = (records: Collection<AuditRecord>): Audit => ({
  write: async (done) => {
    const writes = [
      records.put({ id: newIdentifier('au'), at: new Date().toISOString(), ...done }),
    ];
    const surplus = records.size() - auditEntriesMax;
    let removed = 0;
    for (const { id } of records.values()) {
      if (removed >= surplus) break;
      removed += 1;
      writes.push(records.remove(id));
    }
    await Promise.all(writes);
  },
  entries: () => [...records.values()],
});

/** The entry about an intercept. */
export const aboutIntercept = (
  user: string,
  action: AuditAction,
  { id, owner, workload, match }: InterceptRecord,
  successor?: string,
): Done => ({
  user,
  action,
  subject: id,
  owner,
  workload: workloadPath(workload),
  rule: printMatch(match).slice(0, auditRuleCharactersMax),
  ...(successor === undefined ? {} : { successor }),
});
