import * as v from 'valibot';
import { HttpFault } from '../../protocol/http1/fault.ts';
import type { RequestHead } from '../../protocol/http1/request-head.ts';
import { isSafeMethod, readWholeRequest } from '../../protocol/http1/whole-request.ts';
import {
  type NewPodRequest,
  newPodRequestSchema,
  podAnswerSchema,
  podRequestSchema,
  podResultSchema,
} from '../../protocol/pod-requests.ts';
import { agentIdSchema } from '../../protocol/reports.ts';
import { workloadPath } from '../../protocol/workload.ts';
import { ApiProblem } from '../http/api-problem.ts';
import {
  type Answer,
  agentRoles,
  type Call,
  laptopRoles,
  type Route,
  withBody,
} from '../http/route.ts';
import { podBodyBytesMax } from '../limits.ts';
import type { Manager } from '../manager.ts';
import { workloadOf } from './agents.ts';
import { recordOf } from './intercepts.ts';

const base = '/v1/agents/{namespace}/{kind}/{name}';
const agentQuery = v.object({ agent: agentIdSchema });

/** Requests that an intercept's owner sends to the pod that the intercept is of. */
export const podRequestRoutes = (manager: Manager): readonly Route[] => [
  withBody({
    method: 'POST',
    path: '/v1/intercepts/{id}/pod-requests',
    summary: "Sends one request to a pod of one's own intercept, and answers what the pod answers.",
    roles: laptopRoles,
    body: newPodRequestSchema,
    bodyBytesMax: podBodyBytesMax,
    problems: ['not_found', 'refused_by_policy', 'no_agent', 'pod_failed'],
    answers: { 200: podAnswerSchema },
    handle: (call) => send(manager, call),
  }),
  {
    kind: 'json',
    method: 'GET',
    path: `${base}/pod-requests/{nonce}`,
    summary: 'The request that an agent was told of; it is handed over once.',
    roles: agentRoles,
    query: agentQuery,
    problems: ['not_found'],
    answers: { 200: podRequestSchema },
    handle: (call) => ({
      status: 200,
      body: manager.podRequests.fetch(...nonceOf(call)),
    }),
  },
  withBody({
    method: 'POST',
    path: `${base}/pod-requests/{nonce}`,
    summary: 'What the pod answered, or why it did not.',
    roles: agentRoles,
    query: agentQuery,
    body: podResultSchema,
    bodyBytesMax: podBodyBytesMax,
    problems: ['not_found'],
    answers: { 204: null },
    handle: (call) => {
      manager.podRequests.finish(...nonceOf(call), call.body);
      return { status: 204 };
    },
  }),
];

const nonceOf = (call: Call): readonly [path: string, agent: string | undefined, nonce: string] => [
  workloadPath(workloadOf(call)),
  call.query['agent'],
  call.params['nonce'] ?? '',
];

const send = async (manager: Manager, call: Call<NewPodRequest>): Promise<Answer> => {
  const { principal, body } = call;
  const { id, owner, workload } = recordOf(manager, call);
  // Not even the manager's owner: what it may do is written down, and this is not in it.
  if (owner !== principal.user) {
    throw new ApiProblem('forbidden', `It belongs to ${owner}. Nothing was sent.`);
  }
  const bytes = Buffer.from(body.request, 'base64');
  const { method } = headOf(bytes);
  if (!body.unsafe && !isSafeMethod(method)) {
    throw new ApiProblem('refused_by_policy', `${method} may change something. Nothing was sent.`, {
      hint: 'Send it all the same   add --unsafe',
    });
  }
  const said = { audit: 'pod_request', by: owner, intercept: id, method, bytes: bytes.length };
  manager.log.info({ ...said, workload: workloadPath(workload) }, 'a request goes to a pod');
  const { request } = body;
  const answer = await manager.podRequests.ask({ user: owner, workload, intercept: id, request });
  return { status: 200, body: { answer } };
};

const headOf = (bytes: Buffer): RequestHead => {
  try {
    return readWholeRequest(bytes);
  } catch (error) {
    if (!(error instanceof HttpFault)) throw error;
    throw new ApiProblem('bad_request', `It is not one whole request: ${error.message}.`);
  }
};
