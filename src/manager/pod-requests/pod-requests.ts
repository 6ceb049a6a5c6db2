import { randomBytes } from 'node:crypto';
import { base32 } from '../../base/identifier.ts';
import type { PodFailure, PodRequest, PodResult } from '../../protocol/pod-requests.ts';
import { type Workload, workloadPath } from '../../protocol/workload.ts';
import { ApiProblem } from '../http/api-problem.ts';
import {
  podRequestMsMax,
  podRequestsAtOnceMax,
  podRequestsPerUserAtOnceMax,
  podRequestsPerUserBurst,
  podRequestsPerUserPerSecond,
  usersSeenMax,
} from '../limits.ts';
import { Rates } from '../tunnels/rates.ts';
import type { Workloads } from '../workloads/workloads.ts';

export type WantedPodRequest = PodRequest & {
  readonly user: string;
  readonly workload: Workload;
};

type Pending = WantedPodRequest & {
  readonly agent: string;
  fetched: boolean;
  readonly settle: (result: PodResult | 'late') => void;
};

/**
 * Requests on their way to a pod: each is held here until the one agent that was told of it has
 * fetched it, and forgotten with its answer, after 9 s at the latest.
 */
export class PodRequests {
  readonly #workloads: Workloads;
  readonly #pending = new Map<string, Pending>();
  readonly #rates = new Rates({
    perSecond: podRequestsPerUserPerSecond,
    burst: podRequestsPerUserBurst,
    keysMax: usersSeenMax,
  });

  constructor(workloads: Workloads) {
    this.#workloads = workloads;
  }

  /** Resolves with the pod's answer in base64. Throws an `ApiProblem`. */
  async ask(wanted: WantedPodRequest): Promise<string> {
    this.#assertRoom(wanted.user);
    const path = workloadPath(wanted.workload);
    const agents = this.#workloads.agentsOf(path).filter(({ podRequests }) => podRequests);
    const agent = agents[Math.floor(Math.random() * agents.length)];
    if (agent === undefined) throw noAgent(wanted.workload.name);
    const nonce = base32(randomBytes(16));
    let timer: NodeJS.Timeout | undefined;
    try {
      const result = await new Promise<PodResult | 'late'>((settle) => {
        timer = setTimeout(() => settle('late'), podRequestMsMax);
        this.#pending.set(nonce, { ...wanted, agent: agent.id, fetched: false, settle });
        agent.send({ type: 'pod_request', nonce, id: wanted.intercept });
      });
      if (result === 'late') throw failed('pod_slow');
      if ('error' in result) throw failed(result.error);
      return result.answer;
    } finally {
      clearTimeout(timer);
      this.#pending.delete(nonce);
    }
  }

  /** Hands a request over, once, to the agent that was told of it. Throws `not_found`. */
  fetch(path: string, agent: string | undefined, nonce: string): PodRequest {
    const pending = this.#pendingOf(path, agent, nonce);
    if (pending.fetched) throw gone();
    pending.fetched = true;
    return { intercept: pending.intercept, request: pending.request };
  }

  /** Takes what came of it. Throws `not_found`. */
  finish(path: string, agent: string | undefined, nonce: string, result: PodResult): void {
    const pending = this.#pendingOf(path, agent, nonce);
    if (!pending.fetched) throw gone();
    pending.settle(result);
  }

  #pendingOf(path: string, agent: string | undefined, nonce: string): Pending {
    const pending = this.#pending.get(nonce);
    const isIts = pending?.agent === agent && workloadPath(pending?.workload ?? none) === path;
    if (pending === undefined || !isIts) throw gone();
    return pending;
  }

  #assertRoom(user: string): void {
    const own = [...this.#pending.values()].filter((one) => one.user === user).length;
    if (this.#pending.size >= podRequestsAtOnceMax || own >= podRequestsPerUserAtOnceMax) {
      throw new ApiProblem('too_many', 'Too many requests are on their way to pods. Try again.');
    }
    if (this.#rates.take(user, performance.now())) return;
    throw new ApiProblem('too_many', `At most ${podRequestsPerUserPerSecond} a second, to pods.`);
  }
}

const none: Workload = { namespace: '', kind: 'process', name: '' };

const gone = (): ApiProblem =>
  new ApiProblem('not_found', 'There is no such request, or no longer.');

const noAgent = (name: string): ApiProblem =>
  new ApiProblem('no_agent', `No agent of ${name} sends requests to its pod. Nothing was sent.`, {
    hint: 'It is an older one, was started with --no-pod-requests, or is not connected.',
  });

const sentences: Readonly<Record<PodFailure, string>> = {
  no_rule: 'The agent does not have the rule of this intercept. Nothing was sent.',
  too_many: 'The agent sends too many requests to its pod at this moment. Nothing was sent.',
  not_http: "What the pod answered can't be read as HTTP/1.",
  pod_refused: 'The pod does not accept connections. Nothing was sent.',
  pod_tls: 'The agent could not make a TLS connection to the pod. Nothing was sent.',
  pod_slow: 'The pod did not answer in time.',
  pod_broke: 'The pod broke the connection in the middle of its answer.',
  answer_too_large: 'The answer of the pod is longer than 1 MiB.',
};

const failed = (error: PodFailure): ApiProblem => new ApiProblem('pod_failed', sentences[error]);
