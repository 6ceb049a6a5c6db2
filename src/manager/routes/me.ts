import * as v from 'valibot';
import { type Me, meSchema, versionSchema } from '../../protocol/api.ts';
import { runSchema } from '../../protocol/run.ts';
import { everyRole, type JsonRoute } from '../http/route.ts';
import type { Principal } from '../identity/principal.ts';
import type { Manager } from '../manager.ts';

export const meRoutes = (manager: Manager): readonly JsonRoute[] => [
  {
    kind: 'json',
    method: 'GET',
    path: '/v1/version',
    summary: 'The manager’s version, and the epoch of its present life.',
    roles: everyRole,
    problems: [],
    answers: { 200: versionSchema },
    handle: () => ({ status: 200, body: { version: manager.version, epoch: manager.epoch } }),
  },
  {
    kind: 'json',
    method: 'GET',
    path: '/v1/me',
    summary: 'Who the token’s bearer is, with their routing key, or that of a run of theirs.',
    roles: everyRole,
    query: v.object({ run: v.exactOptional(runSchema) }),
    problems: [],
    answers: { 200: meSchema },
    handle: ({ principal, query }) => ({
      status: 200,
      body: meOf(manager, principal, query['run']),
    }),
  },
  {
    kind: 'json',
    method: 'POST',
    path: '/v1/me/rotate-key',
    summary: 'Gives the user another routing key; rules on the old one change at once.',
    roles: ['owner', 'user'],
    problems: [],
    answers: { 200: meSchema },
    handle: async ({ principal }) => {
      const { user } = principal;
      const about = { action: 'key.rotate', subject: null, owner: user, workload: null } as const;
      await manager.together(() =>
        Promise.all([manager.keys.rotate(user), manager.audit.write({ user, ...about })]),
      );
      manager.intercepts.keyRotated(principal.user);
      manager.log.info({ user: principal.user }, 'key rotated');
      return { status: 200, body: meOf(manager, principal) };
    },
  },
];

const meOf = (
  { keys }: Manager,
  { role, user, workload, expiresAt }: Principal,
  run?: string,
): Me => ({
  user,
  role,
  key: role === 'agent' ? null : keys.keyOf(user, run),
  workload,
  tokenExpiresAt: expiresAt,
  ...(run === undefined ? {} : { run }),
});
