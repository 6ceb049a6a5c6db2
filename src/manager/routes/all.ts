import * as v from 'valibot';
import {
  createdTokenSchema,
  meSchema,
  tokenInfoSchema,
  workloadStatusSchema,
} from '../../protocol/api.ts';
import { auditEntrySchema } from '../../protocol/audit.ts';
import { explanationSchema } from '../../protocol/explanation.ts';
import {
  interceptEventSchema,
  interceptSchema,
  newInterceptSchema,
} from '../../protocol/intercepts.ts';
import { conditionSchema, matchSchema } from '../../protocol/match.ts';
import { agentReportSchema, ruleCountsSchema } from '../../protocol/reports.ts';
import { ruleEventSchema, ruleSchema } from '../../protocol/rules.ts';
import { workloadSchema } from '../../protocol/workload.ts';
import { openApiOf } from '../http/openapi.ts';
import { everyRole, type JsonRoute, type Route } from '../http/route.ts';
import type { Manager } from '../manager.ts';
import { agentRoutes } from './agents.ts';
import { auditRoutes } from './audit.ts';
import { explainRoutes } from './explain.ts';
import { healthRoutes } from './health.ts';
import { interceptRoutes } from './intercepts.ts';
import { meRoutes } from './me.ts';
import { podRequestRoutes } from './pod-requests.ts';
import { tokenRoutes } from './tokens.ts';
import { tunnelRoutes } from './tunnels.ts';
import { workloadRoutes } from './workloads.ts';

/** The whole API: what is served, and what the OpenAPI document describes. */
export const allRoutes = (manager: Manager): readonly Route[] => {
  const routes: readonly Route[] = [
    ...healthRoutes,
    ...meRoutes(manager),
    ...workloadRoutes(manager),
    ...interceptRoutes(manager),
    ...explainRoutes(manager),
    ...auditRoutes(manager),
    ...agentRoutes(manager),
    ...podRequestRoutes(manager),
    ...tokenRoutes(manager),
    ...tunnelRoutes(manager),
    openApiRoute(() => document),
  ];
  const document = openApiOf(routes, named, manager.version);
  return routes;
};

/** Schemas that the document names; everything else is written where it is used. */
const named = {
  AgentReport: agentReportSchema,
  AuditEntry: auditEntrySchema,
  Condition: conditionSchema,
  CreatedToken: createdTokenSchema,
  Explanation: explanationSchema,
  Intercept: interceptSchema,
  InterceptEvent: interceptEventSchema,
  Match: matchSchema,
  Me: meSchema,
  NewIntercept: newInterceptSchema,
  Rule: ruleSchema,
  RuleCounts: ruleCountsSchema,
  RuleEvent: ruleEventSchema,
  TokenInfo: tokenInfoSchema,
  Workload: workloadSchema,
  WorkloadStatus: workloadStatusSchema,
};

const openApiRoute = (document: () => unknown): JsonRoute => ({
  kind: 'json',
  method: 'GET',
  path: '/openapi.json',
  summary: 'This document.',
  roles: everyRole,
  problems: [],
  answers: { 200: v.looseObject({ openapi: v.string() }) },
  handle: () => ({ status: 200, body: document() }),
});
