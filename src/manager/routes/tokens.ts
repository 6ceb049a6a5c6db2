import { createdTokenSchema, newTokenSchema, tokenPageSchema } from '../../protocol/api.ts';
import { ApiProblem } from '../http/api-problem.ts';
import { byAge, pageOf, pageQuery } from '../http/page.ts';
import { type JsonRoute, withBody } from '../http/route.ts';
import type { Manager } from '../manager.ts';

export const tokenRoutes = ({ tokens, attachments, log }: Manager): readonly JsonRoute[] => [
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
    handle: async ({ body }) => {
      const created = await tokens.create(body);
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
    handle: async ({ params }) => {
      const id = params['id'] ?? '';
      if (!(await tokens.remove(id))) {
        throw new ApiProblem('not_found', 'There is no such token.', { hint: 'byway token list' });
      }
      attachments.endAll(id);
      log.info({ token: id }, 'token revoked');
      return { status: 204 };
    },
  },
];
