import { explainQuestionSchema, explanationSchema } from '../../protocol/explanation.ts';
import { explainRequest } from '../explain/explain.ts';
import { type JsonRoute, laptopRoles, withBody } from '../http/route.ts';
import type { Manager } from '../manager.ts';

export const explainRoutes = (manager: Manager): readonly JsonRoute[] => [
  withBody({
    method: 'POST',
    path: '/v1/explain',
    summary: 'Which rule takes a request, and why; what the request holds is kept nowhere.',
    roles: laptopRoles,
    body: explainQuestionSchema,
    problems: ['not_found'],
    answers: { 200: explanationSchema },
    handle: ({ principal, body }) => ({
      status: 200,
      body: explainRequest(manager, principal, body),
    }),
  }),
];
