import { workloadPageSchema } from '../../protocol/api.ts';
import { workloadPath } from '../../protocol/workload.ts';
import { pageOf, pageQuery } from '../http/page.ts';
import { type JsonRoute, laptopRoles } from '../http/route.ts';
import { mayTouch } from '../identity/principal.ts';
import type { Manager } from '../manager.ts';

export const workloadRoutes = ({ workloads }: Manager): readonly JsonRoute[] => [
  {
    kind: 'json',
    method: 'GET',
    path: '/v1/workloads',
    summary: 'What can be intercepted, and whether an agent is there.',
    roles: laptopRoles,
    query: pageQuery,
    problems: [],
    answers: { 200: workloadPageSchema },
    handle: ({ principal, query }) => {
      const mine = workloads.list().filter(({ workload }) => mayTouch(principal, workload));
      return { status: 200, body: pageOf(mine, ({ workload }) => workloadPath(workload), query) };
    },
  },
];
