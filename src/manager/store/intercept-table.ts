import { workloadPath } from '../../protocol/workload.ts';
import type { InterceptRecord } from './records.ts';

/** What intercepts are looked up by; it never changes for one intercept. A workload by its path. */
export type GroupKey = 'owner' | 'session' | 'workload';

/** Intercepts by what they have in common: a look costs what it finds, not what there is. */
export type InterceptGroups = {
  /** In the order in which they were first put. */
  readonly group: (key: GroupKey, name: string) => readonly InterceptRecord[];
  readonly groupSize: (key: GroupKey, name: string) => number;
};

type Group = Map<string, InterceptRecord>;

/** All intercepts by id, which keeps its groups by itself. */
export class InterceptTable extends Map<string, InterceptRecord> {
  readonly #groups: Readonly<Record<GroupKey, Map<string, Group>>> = {
    owner: new Map(),
    session: new Map(),
    workload: new Map(),
  };

  readonly groups: InterceptGroups = {
    group: (key, name) => [...(this.#groups[key].get(name)?.values() ?? [])],
    groupSize: (key, name) => this.#groups[key].get(name)?.size ?? 0,
  };

  override set(id: string, record: InterceptRecord): this {
    for (const [key, name] of namesOf(record)) {
      const group: Group = this.#groups[key].get(name) ?? new Map();
      this.#groups[key].set(name, group.set(id, record));
    }
    return super.set(id, record);
  }

  override delete(id: string): boolean {
    const record = this.get(id);
    if (record === undefined) return false;
    for (const [key, name] of namesOf(record)) {
      const group = this.#groups[key].get(name);
      group?.delete(id);
      if (group?.size === 0) this.#groups[key].delete(name);
    }
    return super.delete(id);
  }
}

const namesOf = ({
  owner,
  session,
  workload,
}: InterceptRecord): readonly (readonly [GroupKey, string])[] => [
  ['owner', owner],
  ['session', session],
  ['workload', workloadPath(workload)],
];
