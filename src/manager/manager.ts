import { randomBytes } from 'node:crypto';
import { base32 } from '../base/identifier.ts';
import type { Log } from '../base/log.ts';
import { programVersion } from '../base/version.ts';
import { type Audit, keepAudit } from './audit.ts';
import type { Secrets } from './data/secrets.ts';
import { type Attachments, holdAttachments } from './identity/attachments.ts';
import { deriveKeys, type Keys } from './identity/keys.ts';
import { type Policy, usualPolicy } from './identity/policy.ts';
import { holdTokens, type Tokens } from './identity/tokens.ts';
import { Intercepts } from './intercepts/intercepts.ts';
import { keyHolders } from './near-misses/key-holders.ts';
import { NearMisses } from './near-misses/near-misses.ts';
import { PodRequests } from './pod-requests/pod-requests.ts';
import type { StreamCounts } from './relay/relay.ts';
import { holdSessions, type Sessions } from './relay/sessions.ts';
import type { Together } from './store/gather-writes.ts';
import type { Store } from './store/store.ts';
import { Tunnels } from './tunnels/tunnels.ts';
import { holdWorkloads, type Workloads } from './workloads/workloads.ts';

/** What the routes work with: all that a manager knows. */
export type Manager = {
  readonly version: string;
  /** Names one life of this manager. */
  readonly epoch: string;
  readonly log: Log;
  readonly tokens: Tokens;
  readonly keys: Keys;
  readonly attachments: Attachments;
  readonly workloads: Workloads;
  readonly podRequests: PodRequests;
  readonly sessions: Sessions;
  readonly intercepts: Intercepts;
  readonly nearMisses: NearMisses;
  readonly audit: Audit;
  readonly policy: Policy;
  /** Makes writes to the store one. */
  readonly together: Together;
  /** Every tunnel that is up, of laptops and of agents. */
  readonly tunnels: Tunnels;
  readonly streams: StreamCounts;
};

export type ManagerOptions = {
  readonly store: Store;
  readonly secrets: Secrets;
  readonly ownerName: string;
  readonly policy?: Policy | undefined;
  readonly log: Log;
};

export const createManager = (options: ManagerOptions): Manager => {
  const { store, secrets, ownerName, policy = usualPolicy, log } = options;
  const audit = keepAudit(store.audit);
  const epoch = base32(randomBytes(16));
  const keys = deriveKeys(secrets.serverSecret, store.users);
  const workloads = holdWorkloads(epoch);
  const sessions = holdSessions((session) => intercepts.sessionChanged(session));
  const isConnected = (session: string, owner: string): boolean =>
    sessions.find(session, owner) !== undefined;
  const intercepts: Intercepts = new Intercepts({
    records: store.intercepts,
    workloads,
    keys,
    isConnected,
    transportOf: sessions.transportOf,
    audit,
    together: store.together,
    log,
  });
  const users = (): Iterable<string> => [
    ownerName,
    ...[...store.tokens.values()].map(({ user }) => user),
    ...intercepts.records().map(({ owner }) => owner),
  ];
  const nearMisses = new NearMisses({
    record: (id) => intercepts.record(id),
    holders: keyHolders(keys, users),
    asking: workloads.ask,
  });
  return {
    version: programVersion(),
    epoch,
    log,
    tokens: holdTokens({ ownerToken: secrets.ownerToken, ownerName, records: store.tokens }),
    keys,
    attachments: holdAttachments(),
    workloads,
    podRequests: new PodRequests(workloads),
    sessions,
    intercepts,
    nearMisses,
    audit,
    policy,
    together: store.together,
    tunnels: new Tunnels(),
    streams: { open: 0, joined: 0, refused: 0 },
  };
};
