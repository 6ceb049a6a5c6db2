import * as v from 'valibot';
import { interceptPageSchema } from '../../protocol/api.ts';
import type { AuditAction } from '../../protocol/audit.ts';
import {
  type InterceptChange,
  type InterceptDetail,
  type InterceptEvent,
  interceptChangeSchema,
  interceptDetailSchema,
  interceptEventSchema,
  interceptSchema,
  type NewIntercept,
  newInterceptSchema,
} from '../../protocol/intercepts.ts';
import type { NearMiss } from '../../protocol/near-miss.ts';
import { workloadPath } from '../../protocol/workload.ts';
import { aboutIntercept } from '../audit.ts';
import { ApiProblem } from '../http/api-problem.ts';
import type { EventChannel } from '../http/event-stream.ts';
import { byAge, pageOf, pageQuery } from '../http/page.ts';
import { type Answer, type Call, laptopRoles, type Route, withBody } from '../http/route.ts';
import { mayTouch } from '../identity/principal.ts';
import { changeOf } from '../intercepts/change.ts';
import { type Plan, planIntercept } from '../intercepts/plan.ts';
import { leaveMsMax } from '../limits.ts';
import type { Manager } from '../manager.ts';
import { placeOf } from '../near-misses/near-misses.ts';
import type { Watched } from '../near-misses/watches.ts';
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
    summary: 'One intercept, its counts by agent, and for its owner what came close to it.',
    roles: laptopRoles,
    problems: ['not_found'],
    answers: { 200: interceptDetailSchema },
    handle: (call) => detail(manager, call),
  },
  withBody({
    method: 'PATCH',
    path: '/v1/intercepts/{id}',
    summary: 'Pauses, resumes or extends. Answers when the agents know of it, or after 1 s.',
    roles: laptopRoles,
    body: interceptChangeSchema,
    problems: ['not_found'],
    answers: { 200: interceptSchema },
    handle: (call) => change(manager, call),
  }),
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
      return (channel) => listen(manager, record, call, channel);
    },
  },
];

/** Near misses are told to nobody but the owner: they are of others' requests. */
const listen = (
  { intercepts, nearMisses }: Manager,
  record: InterceptRecord,
  { principal }: Call,
  channel: EventChannel,
): (() => void) => {
  const stop = intercepts.listen(record, (event) => {
    channel.send(event);
    if (event.type === 'ended') channel.end();
  });
  if (record.owner !== principal.user) return stop;
  const tell = (misses: readonly NearMiss[]): void => {
    const event: InterceptEvent = { type: 'near_misses', misses };
    channel.send(event);
  };
  const unwatch = nearMisses.watches.watch(watchedOf(record), tell);
  const known = nearMisses.of(record, Date.now());
  if (known.length > 0) tell(known);
  return () => {
    stop();
    unwatch();
  };
};

const detail = async (manager: Manager, call: Call): Promise<Answer> => {
  const { intercepts, nearMisses } = manager;
  const record = recordOf(manager, call);
  const plain = (): InterceptDetail => ({
    ...intercepts.view(record),
    replicas: intercepts.replicas(record),
  });
  if (record.owner !== call.principal.user) return { status: 200, body: plain() };
  const body = await nearMisses.watches.glance(watchedOf(record), () => ({
    ...plain(),
    nearMisses: nearMisses.of(record, Date.now()),
  }));
  return { status: 200, body };
};

const watchedOf = ({ id, workload, port, match }: InterceptRecord): Watched => {
  const path = workloadPath(workload);
  return { id, path, place: 'key' in match ? placeOf(path, port) : undefined };
};

const create = async (manager: Manager, call: Call<NewIntercept>): Promise<Answer> => {
  const { principal, body: wanted, query } = call;
  const { intercepts, sessions, workloads, keys } = manager;
  const owner = sessions.ownerOf(wanted.session);
  if (owner !== undefined && owner !== principal.user) {
    throw new ApiProblem('forbidden', 'The session belongs to another user.');
  }
  const plan = planIntercept({
    principal,
    wanted,
    workloads: workloads.list(),
    intercepts,
    ownKey: keys.keyOf(principal.user, wanted.run),
    policy: manager.policy,
    isConnected: (session) => sessions.ownerOf(session) !== undefined,
    now: Date.now(),
  });
  const { record } = plan;
  if (query['dryRun'] === 'true') return { status: 200, body: intercepts.view(record) };
  if (!plan.isThere) await manager.together(() => begin(manager, principal.user, plan));
  return { status: 201, body: intercepts.view(intercepts.record(record.id) ?? record) };
};

// All of it is written as one: after a crash the old ones are there, or the new one. It is added
// first, so that no request falls between them.
const begin = async (
  { intercepts, audit }: Manager,
  user: string,
  { record, replaces, takesOver }: Plan,
): Promise<void> => {
  const { id, laptop, match } = record;
  const added = intercepts.add(record);
  const former = replaces && intercepts.end(replaces.id, 'left', user);
  const taken = takesOver.flatMap((other) => [
    intercepts.end(other.id, 'taken_over', user, { id, laptop, match }),
    audit.write(aboutIntercept(user, 'intercept.take_over', other, id)),
  ]);
  const told = audit.write(aboutIntercept(user, 'intercept.create', record));
  await Promise.all([added, former, ...taken, told]);
};

const change = async (manager: Manager, call: Call<InterceptChange>): Promise<Answer> => {
  const { intercepts } = manager;
  const { principal, body } = call;
  const record = ownRecordOf(manager, call, body.paused === undefined ? 'extend' : 'pause');
  const changed = changeOf(record, body, principal.user, Date.now());
  if (changed !== record) {
    const action = actionOf(body);
    const [version] = await manager.together(() =>
      Promise.all([
        intercepts.change(changed),
        manager.audit.write(aboutIntercept(principal.user, action, record)),
      ]),
    );
    await settle(manager, record, version);
  }
  return { status: 200, body: intercepts.view(recordOf(manager, call)) };
};

const actionOf = ({ paused }: InterceptChange): AuditAction => {
  if (paused === undefined) return 'intercept.extend';
  return paused ? 'intercept.pause' : 'intercept.resume';
};

const leave = async (manager: Manager, call: Call): Promise<Answer> => {
  const record = ownRecordOf(manager, call, 'leave');
  const { user } = call.principal;
  const { intercepts, audit } = manager;
  const [version] = await manager.together(() =>
    Promise.all([
      intercepts.end(record.id, 'left', user),
      audit.write(aboutIntercept(user, 'intercept.leave', record)),
    ]),
  );
  await settle(manager, record, version);
  return { status: 204 };
};

/** Waits until the agents have applied that version of the rules, or for 1 s. */
const settle = async (
  { workloads }: Manager,
  { workload }: InterceptRecord,
  version: number | undefined,
): Promise<void> => {
  if (version === undefined) return;
  const path = workloadPath(workload);
  await whenApplied(workloads, { path, version, milliseconds: leaveMsMax });
};

/** One that the caller may change: their own, or any for the role `owner`. */
const ownRecordOf = (manager: Manager, call: Call, command: string): InterceptRecord => {
  const record = recordOf(manager, call);
  const { user, role } = call.principal;
  if (record.owner === user || role === 'owner') return record;
  throw new ApiProblem('forbidden', `It belongs to ${record.owner}. Nothing was changed.`, {
    hint: `Ask ${record.owner} to: byway ${command} ${record.workload.name}`,
  });
};

/** The intercept of the path, if the token may have to do with its workload. */
export const recordOf = ({ intercepts }: Manager, { params, principal }: Call): InterceptRecord => {
  const record = intercepts.record(params['id'] ?? '');
  if (record === undefined || !mayTouch(principal, record.workload)) {
    throw new ApiProblem('not_found', 'There is no such intercept. It may have ended.', {
      hint: 'byway list',
    });
  }
  return record;
};
