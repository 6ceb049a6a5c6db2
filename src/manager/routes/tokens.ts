import {
  createdTokenSchema,
  newTokenSchema,
  type TokenInfo,
  tokenPageSchema,
} from '../../protocol/api.ts';
import type { AuditAction } from '../../protocol/audit.ts';
import { workloadPath } from '../../protocol/workload.ts';
import type { Done } from '../audit.ts';
import { ApiProblem } from '../http/api-problem.ts';
import { byAge, pageOf, pageQuery } from '../http/page.ts';
import { type JsonRoute, withBody } from '../http/route.ts';
import type { Manager } from '../manager.ts';

export const tokenRoutes = ({ tokens, attachments, audit, log }: Manager): readonly JsonRoute[] => [
  {
    kind: 'json',
    method: 'GET',
    path: '/v1/tokens',
    summary: 'Tokens that were made here, oldest first, without their secrets.',
    roles: ['owner'],
    query: pageQuery,
    problems: [],
    answers: { 200: tokenPageSchema },
    handle: ({ query }) => ({ status: 200, body: pageOf(tokens.list(), byAge, query) }),
  },
  withBody({
    method: 'POST',
    path: '/v1/tokens',
    summary: 'Makes a token. Its secret is in this answer and nowhere else.',
    roles: ['owner'],
    body: newTokenSchema,
    problems: [],
    answers: { 201: createdTokenSchema },
    handle: async ({ principal, body }) => {
      const created = await tokens.create(body);
      await audit.write(aboutToken(principal.user, 'token.create', created));
      log.info({ token: created.id, role: created.role, user: created.user }, 'token made');
      return { status: 201, body: created };
    },
  }),
  {
    kind: 'json',
    method: 'DELETE',
    path: '/v1/tokens/{id}',
    summary: 'Revokes a token; its tunnels and event streams end at once.',
    roles: ['owner'],
    problems: ['not_found'],
    answers: { 204: null },
    handle: async ({ principal, params }) => {
      const id = params['id'] ?? '';
      const known = tokens.list().find((token) => token.id === id);
      if (!(await tokens.remove(id))) {
        throw new ApiProblem('not_found', 'There is no such token.', { hint: 'byway token list' });
      }
      attachments.endAll(id);
      if (known !== undefined) {
        await audit.write(aboutToken(principal.user, 'token.revoke', known));
      }
      log.info({ token: id }, 'token revoked');
      return { status: 204 };
    },
  },
];

const aboutToken = (
  user: string,
  action: AuditAction,
  { id, user: owner, workload }: TokenInfo,
): Done => ({
  user,
  action,
  subject: id,
  owner,
  workload: workload === null ? null : workloadPath({ ...localProcess, name: workload }),
});

// What a confined token means; see `mayTouch`.
const localProcess = { namespace: 'default', kind: 'process' };
