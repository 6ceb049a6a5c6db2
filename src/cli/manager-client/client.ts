import * as v from 'valibot';
import { UserError } from '../../base/errors.ts';
import {
  type CreatedToken,
  createdTokenSchema,
  interceptPageSchema,
  type Me,
  meSchema,
  type NewToken,
  type Page,
  type TokenInfo,
  tokenPageSchema,
  type Version,
  versionSchema,
  type WorkloadStatus,
  workloadPageSchema,
} from '../../protocol/api.ts';
import { type AuditAction, type AuditEntry, auditPageSchema } from '../../protocol/audit.ts';
import {
  type ExplainQuestion,
  type Explanation,
  explanationSchema,
} from '../../protocol/explanation.ts';
import {
  type Intercept,
  type InterceptChange,
  type InterceptDetail,
  type InterceptEvent,
  interceptDetailSchema,
  interceptEventSchema,
  interceptSchema,
  type NewIntercept,
} from '../../protocol/intercepts.ts';
import {
  type NewPodRequest,
  type PodAnswer,
  podAnswerSchema,
} from '../../protocol/pod-requests.ts';
import { readEvents } from './events.ts';
import { ask, type Connection, openStream, tell } from './exchange.ts';
import { pagesMax } from './limits.ts';

/** The manager's API as functions. All throw like `ask` in `exchange.ts`. */
export type ManagerClient = {
  readonly connection: Connection;
  readonly version: () => Promise<Version>;
  /** Who the user is, with their key, or with that of one run of a pipeline. */
  readonly me: (run?: string) => Promise<Me>;
  readonly workloads: () => Promise<readonly WorkloadStatus[]>;
  /** Everybody's. */
  readonly intercepts: () => Promise<readonly Intercept[]>;
  readonly intercept: (id: string) => Promise<InterceptDetail>;
  readonly create: (intercept: NewIntercept, signal?: AbortSignal) => Promise<Intercept>;
  /** What creating it would come to; changes nothing. */
  readonly tryCreate: (intercept: NewIntercept) => Promise<Intercept>;
  readonly explain: (question: ExplainQuestion) => Promise<Explanation>;
  /** Of one kind since a time of RFC 3339, oldest first. */
  readonly audit: (action: AuditAction, since: string) => Promise<readonly AuditEntry[]>;
  readonly change: (id: string, change: InterceptChange) => Promise<Intercept>;
  readonly remove: (id: string, signal?: AbortSignal) => Promise<void>;
  /** What happens to one intercept, its present state first, until the connection breaks. */
  readonly events: (id: string, signal: AbortSignal) => AsyncGenerator<InterceptEvent>;
  /** Lets an agent send a request to the pod of one's own intercept. */
  readonly askPod: (id: string, request: NewPodRequest) => Promise<PodAnswer>;
  readonly tokens: () => Promise<readonly TokenInfo[]>;
  readonly createToken: (token: NewToken) => Promise<CreatedToken>;
  readonly revokeToken: (id: string) => Promise<void>;
};

export const createManagerClient = (connection: Connection): ManagerClient => ({
  connection,
  version: () => ask(connection, { method: 'GET', path: '/v1/version' }, versionSchema),
  me: (run) => me(connection, run),
  workloads: () => all(connection, '/v1/workloads', workloadPageSchema),
  intercepts: () => all(connection, '/v1/intercepts', interceptPageSchema),
  intercept: (id) =>
    ask(
      connection,
      { method: 'GET', path: `/v1/intercepts/${encodeURIComponent(id)}` },
      interceptDetailSchema,
    ),
  create: (intercept, signal) =>
    ask(
      connection,
      { method: 'POST', path: '/v1/intercepts', body: intercept, ...(signal && { signal }) },
      interceptSchema,
    ),
  tryCreate: (body) =>
    ask(connection, { method: 'POST', path: '/v1/intercepts?dryRun=true', body }, interceptSchema),
  explain: (body) =>
    ask(connection, { method: 'POST', path: '/v1/explain', body }, explanationSchema),
  audit: (action, since) =>
    all(
      connection,
      `/v1/audit?action=${action}&since=${encodeURIComponent(since)}`,
      auditPageSchema,
    ),
  change: (id, body) =>
    ask(
      connection,
      { method: 'PATCH', path: `/v1/intercepts/${encodeURIComponent(id)}`, body },
      interceptSchema,
    ),
  remove: (id, signal) =>
    tell(connection, {
      method: 'DELETE',
      path: `/v1/intercepts/${encodeURIComponent(id)}`,
      ...(signal && { signal }),
    }),
  events: (id, signal) => interceptEvents(connection, id, signal),
  askPod: (id, body) =>
    ask(
      connection,
      { method: 'POST', path: `/v1/intercepts/${encodeURIComponent(id)}/pod-requests`, body },
      podAnswerSchema,
    ),
  tokens: () => all(connection, '/v1/tokens', tokenPageSchema),
  createToken: (token) =>
    ask(connection, { method: 'POST', path: '/v1/tokens', body: token }, createdTokenSchema),
  revokeToken: (id) =>
    tell(connection, { method: 'DELETE', path: `/v1/tokens/${encodeURIComponent(id)}` }),
});

const me = async (connection: Connection, run: string | undefined): Promise<Me> => {
  const query = run === undefined ? '' : `?run=${encodeURIComponent(run)}`;
  const answer = await ask(connection, { method: 'GET', path: `/v1/me${query}` }, meSchema);
  // An older manager answers with the user's own key, which is another one.
  if (answer.run === run) return answer;
  throw new UserError(
    `The manager at ${connection.manager.origin} has no keys for runs. Nothing was changed.`,
    { hint: 'It is older than this byway   byway status' },
  );
};

const all = async <T>(
  connection: Connection,
  path: string,
  schema: v.GenericSchema<unknown, Page<T>>,
): Promise<readonly T[]> => {
  const items: T[] = [];
  let after = '';
  for (let pages = 0; pages < pagesMax; pages++) {
    const page = await ask(connection, { method: 'GET', path: path + after }, schema);
    items.push(...page.items);
    if (page.next === null) return items;
    after = `${path.includes('?') ? '&' : '?'}after=${encodeURIComponent(page.next)}`;
  }
  throw new UserError(`The manager's list ${path} has no end.`);
};

async function* interceptEvents(
  connection: Connection,
  id: string,
  signal: AbortSignal,
): AsyncGenerator<InterceptEvent> {
  const path = `/v1/intercepts/${encodeURIComponent(id)}/events`;
  const stream = await openStream(connection, { method: 'GET', path, signal });
  for await (const data of readEvents(stream)) {
    const event = v.safeParse(v.pipe(v.string(), v.parseJson(), interceptEventSchema), data);
    // An event of a newer manager that we don't know says nothing that we could act on.
    if (event.success) yield event.output;
  }
}
