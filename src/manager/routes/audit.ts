import * as v from 'valibot';
import { auditActionSchema, auditPageSchema } from '../../protocol/audit.ts';
import { pageEntries, pageOf } from '../http/page.ts';
import { type Call, type JsonRoute, laptopRoles } from '../http/route.ts';
import type { Manager } from '../manager.ts';

const query: JsonRoute['query'] = v.object({
  ...pageEntries,
  action: v.exactOptional(auditActionSchema),
  since: v.exactOptional(v.pipe(v.string(), v.isoTimestamp('is not a time of RFC 3339'))),
});

export const auditRoutes = ({ audit }: Manager): readonly JsonRoute[] => [
  {
    kind: 'json',
    method: 'GET',
    path: '/v1/audit',
    summary:
      'Who did what, oldest first: all of it for owners, else what one did and what became of one’s own.',
    roles: laptopRoles,
    query,
    problems: [],
    answers: { 200: auditPageSchema },
    handle: (call) => {
      const mine = audit.entries().filter((entry) => maySee(call, entry) && isAsked(call, entry));
      return { status: 200, body: pageOf(mine, ({ at, id }) => `${at}~${id}`, call.query) };
    },
  },
];

type Entry = ReturnType<Manager['audit']['entries']>[number];

const maySee = ({ principal }: Call, { user, owner }: Entry): boolean =>
  principal.role === 'owner' || user === principal.user || owner === principal.user;

const isAsked = ({ query: { action, since } }: Call, entry: Entry): boolean =>
  (action === undefined || entry.action === action) &&
  (since === undefined || Date.parse(entry.at) >= Date.parse(since));
