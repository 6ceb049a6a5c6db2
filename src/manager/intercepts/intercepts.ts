import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { EndReason, Intercept, InterceptEvent, Successor } from '../../protocol/intercepts.ts';
import type { AgentReport, RuleCounts } from '../../protocol/reports.ts';
import type { InterceptState, Rule } from '../../protocol/rules.ts';
import { workloadPath } from '../../protocol/workload.ts';
import { type Audit, aboutIntercept } from '../audit.ts';
import type { Keys } from '../identity/keys.ts';
import { replicasShownMax } from '../limits.ts';
import type { Collection } from '../store/collection.ts';
import type { Together } from '../store/gather-writes.ts';
import type { InterceptGroups } from '../store/intercept-table.ts';
import type { InterceptRecord } from '../store/records.ts';
import type { CountParts } from '../workloads/counts.ts';
import type { ConnectedAgent, Workloads } from '../workloads/workloads.ts';
import { isNews, type Live, newLive, show, tell } from './live.ts';
import { prove } from './proof.ts';
import { endOf, ruleOf, viewOf } from './view.ts';

export type InterceptsOptions = {
  readonly records: Collection<InterceptRecord> & InterceptGroups;
  readonly workloads: Workloads;
  readonly keys: Keys;
  /** Whether the tunnel of that session and owner is there. */
  readonly isConnected: (session: string, owner: string) => boolean;
  /** What that tunnel goes over. */
  readonly transportOf: (session: string, owner: string) => string | undefined;
  readonly audit: Audit;
  readonly together: Together;
  readonly log: Log;
};

/** All intercepts, and what agents and watchers are told of them. */
export class Intercepts {
  readonly #options: InterceptsOptions;
  readonly #lives = new Map<string, Live>();
  readonly #unwatch: () => void;

  constructor(options: InterceptsOptions) {
    this.#options = options;
    const now = new Date().toISOString();
    for (const record of this.records()) this.#saveLoss(record, now);
    this.#unwatch = options.workloads.watch((path) => this.#agentsChanged(path));
  }

  records(): readonly InterceptRecord[] {
    return [...this.#options.records.values()];
  }

  /** Those of an owner, a session or a workload. */
  get groups(): InterceptGroups {
    return this.#options.records;
  }

  get size(): number {
    return this.#options.records.size();
  }

  record(id: string): InterceptRecord | undefined {
    return this.#options.records.get(id);
  }

  /** An intercept as the API shows it, with what is measured now. */
  view(record: InterceptRecord): Intercept {
    const { version, counts } = this.#liveOf(record);
    const agents = this.#agentsOf(record);
    return viewOf(record, {
      state: this.#stateOf(record),
      agents: appliedIn(agents, version),
      counts: counts.sum(),
      transport: this.#options.transportOf(record.session, record.owner),
    });
  }

  /** The counts of all intercepts. */
  counts(): { readonly id: string; readonly counts: RuleCounts }[] {
    return this.records().map((record) => ({
      id: record.id,
      counts: this.#liveOf(record).counts.sum(),
    }));
  }

  /** The counts of an intercept by agent. */
  replicas(record: InterceptRecord): CountParts {
    const agents = this.#agentsOf(record).map(({ id }) => id);
    return this.#liveOf(record).counts.parts(agents.slice(0, replicasShownMax));
  }

  /** The rules of a workload's agents. */
  rulesOf(path: string): readonly Rule[] {
    return this.#at(path).map((record) => this.#ruleOf(record));
  }

  /** Resolves when the intercept is durable and agents were told. */
  async add(record: InterceptRecord): Promise<void> {
    const { records, log } = this.#options;
    await records.put(record);
    log.info({ intercept: record.id, owner: record.owner, port: record.port }, 'intercept added');
    const present = records.get(record.id);
    if (present !== undefined) this.#publish(present);
  }

  /**
   * Replaces a record by what `changeOf` made of it. Resolves with the rules' version that has it
   * when it is durable, or undefined when agents had nothing to learn or it has ended meanwhile.
   */
  async change(changed: InterceptRecord): Promise<number | undefined> {
    const { records, log } = this.#options;
    const before = records.get(changed.id);
    if (before === undefined) return undefined;
    await records.put(changed);
    const { id, endsAt, paused } = changed;
    log.info({ intercept: id, endsAt, paused: paused !== undefined }, 'intercept changed');
    const present = records.get(id);
    if (present === undefined) return undefined;
    if (present.paused === before.paused) {
      show(this.#liveOf(present), () => this.view(present));
      return undefined;
    }
    this.#publish(present);
    return this.#liveOf(present).version;
  }

  /** Resolves with the rules' version without it when it is durably gone; undefined if unknown. */
  async end(
    id: string,
    reason: EndReason,
    by: string,
    successor?: Successor,
  ): Promise<number | undefined> {
    const { records, workloads, log } = this.#options;
    const record = records.get(id);
    if (record === undefined) return undefined;
    await records.remove(id);
    const live = this.#liveOf(record);
    this.#lives.delete(id);
    live.proof?.stop();
    log.info({ intercept: id, reason, by }, 'intercept ended');
    const version = workloads.remove(workloadPath(record.workload), id);
    tell(live, { type: 'ended', reason, by, ...(successor === undefined ? {} : { successor }) });
    return version;
  }

  /** Tells the present state and then each event; returns what to call to stop. */
  listen(record: InterceptRecord, listener: (event: InterceptEvent) => void): () => void {
    const live = this.#liveOf(record);
    live.listeners.add(listener);
    const intercept = this.view(record);
    isNews(live, intercept);
    listener({ type: 'intercept', intercept });
    if (live.outcome !== undefined) listener(live.outcome);
    return () => live.listeners.delete(listener);
  }

  /** Takes in an agent's report, after the workloads did. Ids of other workloads are ignored. */
  reported(path: string, { agent, counts, probes }: AgentReport): void {
    for (const [id, count] of Object.entries(counts)) {
      const record = this.record(id);
      if (record === undefined || workloadPath(record.workload) !== path) continue;
      const live = this.#liveOf(record);
      live.counts.report(agent, count);
      show(live, () => this.view(record));
    }
    for (const probe of probes) this.#lives.get(probe.id)?.proof?.result(agent, probe);
  }

  /** A session's tunnel came, went or was replaced. */
  sessionChanged(session: string): void {
    const now = new Date().toISOString();
    for (const record of this.groups.group('session', session)) {
      this.#publish(this.#saveLoss(record, this.#isConnected(record) ? null : now));
    }
  }

  keyRotated(owner: string): void {
    for (const record of this.groups.group('owner', owner)) this.#publish(record);
  }

  /** Ends what has expired; `now` in milliseconds since 1970. */
  reap(now: number): void {
    const { together, audit } = this.#options;
    for (const record of this.records()) {
      const due = endOf(record);
      if (due === undefined || due > now) continue;
      together(() =>
        Promise.all([
          this.end(record.id, 'expired', 'byway'),
          audit.write(aboutIntercept('byway', 'intercept.expire', record)),
        ]),
      ).catch(this.#notWritten(record));
    }
  }

  stop(): void {
    this.#unwatch();
    for (const { proof } of this.#lives.values()) proof?.stop();
  }

  #liveOf({ id }: InterceptRecord): Live {
    const live = this.#lives.get(id) ?? newLive();
    // Only what is on record: a view of an intercept that just ended must not bring it back.
    if (this.record(id) !== undefined) this.#lives.set(id, live);
    return live;
  }

  #at(path: string): readonly InterceptRecord[] {
    return this.groups.group('workload', path);
  }

  #agentsOf({ workload }: InterceptRecord): readonly ConnectedAgent[] {
    return this.#options.workloads.agentsOf(workloadPath(workload));
  }

  #isConnected({ session, owner }: InterceptRecord): boolean {
    return this.#options.isConnected(session, owner);
  }

  #stateOf(record: InterceptRecord): InterceptState {
    if (!this.#isConnected(record)) return 'disconnected';
    return record.paused === undefined ? 'active' : 'paused';
  }

  #ruleOf(record: InterceptRecord): Rule {
    const keySha256 = this.#options.keys.keySha256Of(record.owner, record.run);
    return ruleOf(record, this.#stateOf(record), keySha256);
  }

  /** Tells agents the rule as it is now, and proves the way again when there is one. */
  #publish(record: InterceptRecord): void {
    const live = this.#liveOf(record);
    const path = workloadPath(record.workload);
    live.version = this.#options.workloads.put(path, this.#ruleOf(record));
    this.#prove(record, live);
    show(live, () => this.view(record));
  }

  #prove(record: InterceptRecord, live: Live): void {
    live.proof?.stop();
    live.proof = undefined;
    live.outcome = undefined;
    if (this.#stateOf(record) !== 'active') return;
    live.proof = prove({
      id: record.id,
      version: live.version,
      agents: () => this.#agentsOf(record),
      done: (outcome) => {
        live.proof = undefined;
        live.outcome = outcome;
        live.failedWith = outcome.type === 'ready' ? '' : namesOf(this.#agentsOf(record));
        this.#options.log.info({ intercept: record.id, outcome: outcome.type }, 'way tried');
        tell(live, outcome);
      },
    });
    live.proof.check();
  }

  #agentsChanged(path: string): void {
    const agents = this.#options.workloads.agentsOf(path);
    const names = namesOf(agents);
    for (const record of this.#at(path)) {
      const live = this.#lives.get(record.id);
      if (live === undefined) continue;
      const { proof, outcome, failedWith, version } = live;
      if (proof !== undefined) proof.check();
      else if (outcome?.type === 'not_ready' && failedWith !== names) this.#prove(record, live);
      // Each report of an agent comes here, and hardly ever changes what watchers see.
      if (!sameAgents(live.shownAgents, appliedIn(agents, version))) {
        show(live, () => this.view(record));
      }
    }
  }

  /** Keeps when the session was lost, which matters only after a restart: nobody waits for it. */
  #saveLoss(record: InterceptRecord, lostAt: string | null): InterceptRecord {
    if ((record.lostAt === null) === (lostAt === null)) return record;
    const changed = { ...record, lostAt };
    this.#options.records.put(changed).catch(this.#notWritten(record));
    return changed;
  }

  #notWritten({ id }: InterceptRecord): (error: unknown) => void {
    return (error) =>
      this.#options.log.error({ intercept: id, error: messageOf(error) }, 'journal not written');
  }
}

const appliedIn = (agents: readonly ConnectedAgent[], version: number): Intercept['agents'] => ({
  applied: agents.filter((agent) => agent.applied >= version).length,
  connected: agents.length,
});

const sameAgents = (one: Intercept['agents'] | undefined, other: Intercept['agents']): boolean =>
  one?.applied === other.applied && one.connected === other.connected;

const namesOf = (agents: readonly ConnectedAgent[]): string =>
  agents
    .map(({ id }) => id)
    .sort()
    .join();
