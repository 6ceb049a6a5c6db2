import { podAnswerBytesMax } from '../protocol/pod-requests.ts';

// What one manager holds and waits for. Sizes of messages are in protocol/limits.

/** Milliseconds in which writes to the journal gather to share one fsync. */
export const commitGatherMs = 5;
/** Journal lines beyond those that are live before the journal is rewritten. */
export const journalSpareLinesMax = 10_000;

export const interceptsMax = 10_000;
export const interceptsPerUserMax = 100;
export const tokensMax = 10_000;
/** Entries of the audit that are kept; the oldest go first. */
export const auditEntriesMax = 10_000;
/** Characters of a rule in an entry of the audit. */
export const auditRuleCharactersMax = 200;
/** Bytes of a policy's file, and grants of one right in it. */
export const policyBytesMax: number = 256 * 1024;
export const policyGrantsMax = 1_000;
/** Rules that one question explains, and the milliseconds after which no other one is begun. */
export const explainedRulesMax = 100;
export const explainMsMax = 250;
export const workloadsMax = 10_000;
/** Agents of one workload connected at once. */
export const agentsPerWorkloadMax = 1_000;
/** Lives of agents whose counts are held apart for one rule; the oldest are merged beyond it. */
export const countedAgentsMax = 2_000;
/** Tunnels in all, of laptops and agents. */
export const tunnelsMax = 10_000;
/** Tunnels of one user, of agents with the same token too; those that finish their streams count. */
export const tunnelsPerUserMax = 2_000;
/** Upgrades that one user may ask for. */
export const upgradesPerUserPerSecond = 20;
export const upgradesPerUserBurst = 200;
/** Upgrades from one address, granted or not; behind an ingress all come from the same one. */
export const upgradesPerAddressPerSecond = 1_000;
export const upgradesPerAddressBurst = 2_000;
/** Users and addresses whose pace is remembered. */
export const usersSeenMax = 10_000;
export const addressesSeenMax = 10_000;
export const laptopsPerUserMax = 100;

/** Requests on their way to pods: in all, of one user, and how often one user may send some. */
export const podRequestsAtOnceMax = 64;
export const podRequestsPerUserAtOnceMax = 4;
export const podRequestsPerUserPerSecond = 5;
export const podRequestsPerUserBurst = 20;
/** Milliseconds for an agent to fetch one and to bring the answer; the pod has 7 s of them. */
export const podRequestMsMax = 9_000;
/** Bytes of a JSON body with such a request, or its answer, in base64. */
export const podBodyBytesMax: number = Math.ceil(podAnswerBytesMax / 3) * 4 + 1024;

/**
 * Server-sent event streams open at once, in all and for one token: each intercept is followed by its
 * session, and each agent follows its rules.
 */
export const eventStreamsMax = 20_000;
export const eventStreamsPerTokenMax = 500;
/** Bytes that a subscriber may leave unread before it is disconnected. */
export const eventBacklogBytesMax: number = 1024 * 1024;
export const eventHeartbeatMs = 10_000;

export const connectionsMax = 25_000;
/** Connections that have not sent the head of a request yet. */
export const pendingConnectionsMax = 1_000;
/** Milliseconds between two looks at the files of the certificate. */
export const certificateLookMs = 5_000;
/** Milliseconds for a request's head, and for the whole request with its body, to arrive. */
export const headMsMax = 10_000;
export const requestMsMax = 15_000;
/** Milliseconds an idle connection stays open for another request. */
export const keepAliveMs = 30_000;

/** Milliseconds from a rule's publication until every agent must have proved the way. */
export const readyMsMax = 10_000;
/** A probe that failed is sent again, this often and after so many milliseconds. */
export const probeAttemptsMax = 3;
export const probeRetryMs = 300;
/** Milliseconds that leaving or pausing waits for the agents to say that they know of it. */
export const leaveMsMax = 1_000;

/** Milliseconds between two looks at what has expired. */
export const reapEveryMs = 1_000;
/** Milliseconds that a workload without agents stays known. */
export const workloadKeptMs: number = 10 * 60 * 1000;
/** Milliseconds that a stop may take. */
export const stopMsMax = 5_000;
/** Milliseconds that requests have to be answered while stopping: a leave may take one second. */
export const answersMsMax = 1_500;
/** Milliseconds between two looks, while stopping, at connections that have become idle. */
export const sweepEveryMs = 50;
/** Steps of looking for conflicts that one new intercept may take: well under a second. */
export const conflictWorkMax = 1_000_000;

/** Near misses held for all intercepts that are looked at. */
export const nearMissesHeldMax = 10_000;
/** Intercepts whose owners are told of near misses in one second. */
export const nearMissTellsMax = 200;
/** Milliseconds that someone who asks once waits for the agents' answers. */
export const nearMissAnswerMs = 500;
/** Milliseconds for which it counts whose key is whose. */
export const knownKeysMs = 10_000;
/** Agents whose counts are shown apart from the others'. */
export const replicasShownMax = 100;
/** Keys of a user from before their last rotations that are recognised. */
export const formerKeysMax = 3;
/** Intercepts whose figures are in `/metrics`: those with the most matched requests. */
export const measuredInterceptsMax = 1_000;
