import * as v from 'valibot';
import { interceptPageSchema } from '../../protocol/api.ts';
import {
  interceptEventSchema,
  interceptSchema,
  type NewIntercept,
  newInterceptSchema,
} from '../../protocol/intercepts.ts';
import { workloadPath } from '../../protocol/workload.ts';
import { ApiProblem } from '../http/api-problem.ts';
import { byAge, pageOf, pageQuery } from '../http/page.ts';
import { type Answer, type Call, laptopRoles, type Route, withBody } from '../http/route.ts';
import { mayTouch } from '../identity/principal.ts';
import { planIntercept } from '../intercepts/plan.ts';
import { leaveMsMax } from '../limits.ts';
import type { Manager } from '../manager.ts';
import type { InterceptRecord } from '../store/records.ts';
import { whenApplied } from '../workloads/applied.ts';

export const interceptRoutes = (manager: Manager): readonly Route[] => [
  {
    kind: 'json',
    method: 'GET',
    path: '/v1/intercepts',
    summary: 'All intercepts of all owners, oldest first.',
    roles: laptopRoles,
    query: pageQuery,
    problems: [],
    answers: { 200: interceptPageSchema },
    handle: ({ principal, query }) => {
      const { intercepts } = manager;
      const mine = intercepts.records().filter(({ workload }) => mayTouch(principal, workload));
      const page = pageOf(mine, byAge, query);
      const items = page.items.map((record) => intercepts.view(record));
      return { status: 200, body: { ...page, items } };
    },
  },
  withBody({
    method: 'POST',
    path: '/v1/intercepts',
    summary: 'Creates an intercept; with dryRun=true only says what would come of it.',
    roles: laptopRoles,
    query: v.object({ dryRun: v.exactOptional(v.picklist(['true', 'false'])) }),
    body: newInterceptSchema,
    problems: ['refused_by_policy', 'not_found', 'no_agent', 'conflict'],
    answers: { 200: interceptSchema, 201: interceptSchema },
    handle: (call) => create(manager, call),
  }),
  {
    kind: 'json',
    method: 'GET',
    path: '/v1/intercepts/{id}',
    summary: 'One intercept.',
    roles: laptopRoles,
    problems: ['not_found'],
    answers: { 200: interceptSchema },
    handle: (call) => ({ status: 200, body: manager.intercepts.view(recordOf(manager, call)) }),
  },
  {
    kind: 'json',
    method: 'DELETE',
    path: '/v1/intercepts/{id}',
    summary: 'Leaves. Answers when the agents have dropped the rule, or after 1 s.',
    roles: laptopRoles,
    problems: ['not_found'],
    answers: { 204: null },
    handle: (call) => leave(manager, call),
  },
  {
    kind: 'events',
    method: 'GET',
    path: '/v1/intercepts/{id}/events',
    summary: 'What becomes of one intercept, beginning with how it is now.',
    roles: laptopRoles,
    problems: ['not_found'],
    event: interceptEventSchema,
    handle: (call) => {
      const record = recordOf(manager, call);
      return (channel) =>
        manager.intercepts.listen(record, (event) => {
          channel.send(event);
          if (event.type === 'ended') channel.end();
        });
    },
  },
];

const create = async (manager: Manager, call: Call<NewIntercept>): Promise<Answer> => {
  const { principal, body: wanted, query } = call;
  const { intercepts, sessions, workloads, keys } = manager;
  const owner = sessions.ownerOf(wanted.session);
  if (owner !== undefined && owner !== principal.user) {
    throw new ApiProblem('forbidden', 'The session belongs to another user.');
  }
  const { record, isThere, replaces } = planIntercept({
    principal,
    wanted,
    workloads: workloads.list(),
    records: intercepts.records(),
    ownKey: keys.keyOf(principal.user),
    isConnected: (session) => sessions.ownerOf(session) !== undefined,
    now: Date.now(),
  });
  if (query['dryRun'] === 'true') return { status: 200, body: intercepts.view(record) };
  if (!isThere) {
    const former = replaces && intercepts.end(replaces.id, 'left', principal.user);
    await Promise.all([former, intercepts.add(record)]);
  }
  return { status: 201, body: intercepts.view(intercepts.record(record.id) ?? record) };
};

const leave = async (manager: Manager, call: Call): Promise<Answer> => {
  const { principal } = call;
  const record = recordOf(manager, call);
  if (record.owner !== principal.user && principal.role !== 'owner') {
    throw new ApiProblem('forbidden', `It belongs to ${record.owner}. Nothing was changed.`, {
      hint: `Ask ${record.owner} to: byway leave ${record.workload.name}`,
    });
  }
  const version = await manager.intercepts.end(record.id, 'left', principal.user);
  if (version !== undefined) {
    const path = workloadPath(record.workload);
    await whenApplied(manager.workloads, { path, version, milliseconds: leaveMsMax });
  }
  return { status: 204 };
};

const recordOf = ({ intercepts }: Manager, { params, principal }: Call): InterceptRecord => {
  const record = intercepts.record(params['id'] ?? '');
  if (record === undefined || !mayTouch(principal, record.workload)) {
    throw new ApiProblem('not_found', 'There is no such intercept. It may have ended.', {
      hint: 'byway list',
    });
  }
  return record;
};
