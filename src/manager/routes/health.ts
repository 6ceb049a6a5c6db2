import * as v from 'valibot';
import type { OpenRoute } from '../http/route.ts';

const healthSchema = v.object({ status: v.literal('ok') });

const health = (path: string, summary: string): OpenRoute => ({
  kind: 'open',
  method: 'GET',
  path,
  summary,
  problems: [],
  answers: { 200: healthSchema },
  handle: () => ({ status: 200, body: { status: 'ok' } }),
});

export const healthRoutes: readonly OpenRoute[] = [
  health('/healthz', 'The process runs.'),
  // The state is read before the first connection is accepted.
  health('/readyz', 'The manager serves.'),
];
