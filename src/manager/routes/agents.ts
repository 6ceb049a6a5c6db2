import * as v from 'valibot';
import { agentIdSchema, agentReportSchema } from '../../protocol/reports.ts';
import { ruleEventSchema } from '../../protocol/rules.ts';
import { type Workload, workloadPath, workloadSchema } from '../../protocol/workload.ts';
import { ApiProblem } from '../http/api-problem.ts';
import { checked } from '../http/body.ts';
import { agentRoles, type Call, type Route, withBody } from '../http/route.ts';
import { mayTouch } from '../identity/principal.ts';
import type { Manager } from '../manager.ts';

const base = '/v1/agents/{namespace}/{kind}/{name}';

export const agentRoutes = ({ workloads, intercepts }: Manager): readonly Route[] => [
  {
    kind: 'events',
    method: 'GET',
    path: `${base}/rules`,
    summary: 'The rules of a workload: all of them first, then each change.',
    roles: agentRoles,
    // Without it the stream is someone looking on, who is told the rules but counts as no agent.
    query: v.object({ agent: v.exactOptional(agentIdSchema) }),
    problems: [],
    event: ruleEventSchema,
    handle: (call) => {
      const workload = workloadOf(call);
      return (channel) =>
        workloads.connect({
          workload,
          agent: call.query['agent'],
          rules: intercepts.rulesOf(workloadPath(workload)),
          send: channel.send,
          replaced: channel.end,
        });
    },
  },
  withBody({
    method: 'POST',
    path: `${base}/reports`,
    summary: 'What an agent has applied, its ports, counts and probes.',
    roles: agentRoles,
    body: agentReportSchema,
    problems: [],
    answers: { 204: null },
    handle: (call) => {
      const workload = workloadOf(call);
      workloads.report(workload, call.body);
      intercepts.reported(workloadPath(workload), call.body);
      return { status: 204 };
    },
  }),
];

/** The workload of the path, if the token is good for it. */
export const workloadOf = ({ params, principal }: Call): Workload => {
  const workload = checked(workloadSchema, params, 'The path');
  if (mayTouch(principal, workload)) return workload;
  throw new ApiProblem(
    'forbidden',
    `The token is good for ${principal.workload} only, not for ${workloadPath(workload)}.`,
  );
};
