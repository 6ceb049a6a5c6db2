import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { messageOf } from '../../base/errors.ts';
import { sessionIdSchema } from '../../protocol/intercepts.ts';
import { type Workload, workloadSchema } from '../../protocol/workload.ts';
import { acceptTunnel } from '../../tunnel/accept.ts';
import type { TunnelEnd } from '../../tunnel/end.ts';
import { openRelayToLaptop, serveRelayForAgent } from '../../tunnel/relay-end.ts';
import { roleHeader, sessionHeader, workloadHeader } from '../../tunnel/wire.ts';
import { ApiProblem } from '../http/api-problem.ts';
import { checked } from '../http/body.ts';
import { agentRoles, everyRole, laptopRoles, type UpgradeRoute } from '../http/route.ts';
import { mayTouch, type Principal } from '../identity/principal.ts';
import { laptopsPerUserMax, tunnelsMax } from '../limits.ts';
import type { Manager } from '../manager.ts';
import { relay } from '../relay/relay.ts';

export const tunnelRoutes = (manager: Manager): readonly UpgradeRoute[] => [
  {
    kind: 'upgrade',
    method: 'POST',
    path: '/v1/tunnels',
    summary: 'Turns the connection into a tunnel of a laptop or an agent.',
    roles: everyRole,
    problems: ['upgrade_required'],
    headers: {
      [roleHeader]: '`laptop` or `agent`',
      [sessionHeader]: 'of a laptop: its session',
      [workloadHeader]: 'of an agent: NAMESPACE/KIND/NAME',
    },
    handle: (principal, request) => {
      const attach = admit(manager, principal, request);
      return async (socket, head) => {
        if (!(socket instanceof Socket))
          throw new TypeError('A tunnel needs a network connection.');
        hold(manager, principal, attach(await acceptTunnel(socket, head)));
      };
    },
  },
];

/** Makes one end of an accepted connection. */
type Attach = (socket: Socket) => TunnelEnd;

const admit = (manager: Manager, principal: Principal, request: IncomingMessage): Attach => {
  const { headers } = request;
  const { 'content-length': length = '0', 'transfer-encoding': coding } = headers;
  if (length !== '0' || coding !== undefined) {
    throw new ApiProblem('bad_request', 'A request for a tunnel has no body.');
  }
  if (manager.tunnels.size >= tunnelsMax) {
    throw new ApiProblem('too_many', `There are ${tunnelsMax} tunnels already.`);
  }
  const role = headers[roleHeader];
  if (role === 'laptop') return admitLaptop(manager, principal, headers[sessionHeader]);
  if (role === 'agent') return admitAgent(manager, principal, headers[workloadHeader]);
  throw new ApiProblem('bad_request', `${roleHeader} is "laptop" or "agent".`);
};

const admitLaptop = (manager: Manager, principal: Principal, header: unknown): Attach => {
  refuseRole(principal, laptopRoles.includes(principal.role), 'laptop');
  const { sessions, intercepts } = manager;
  const session = checked(sessionIdSchema, header, sessionHeader);
  const { user } = principal;
  const refuseForeign = (): void => {
    const owner =
      sessions.ownerOf(session) ??
      intercepts.records().find((record) => record.session === session)?.owner;
    if (owner === undefined || owner === user) return;
    throw new ApiProblem('forbidden', 'The session belongs to another user.');
  };
  refuseForeign();
  if (sessions.ownerOf(session) === undefined && sessions.countOf(user) >= laptopsPerUserMax) {
    throw new ApiProblem('too_many', `You have ${laptopsPerUserMax} sessions already.`);
  }
  return (socket) => {
    refuseForeign(); // Another user may have taken the session while the 101 was written.
    const end = openRelayToLaptop(socket);
    sessions.attach(session, user, end);
    manager.log.info({ user, session }, 'laptop connected');
    return end;
  };
};

const admitAgent = (manager: Manager, principal: Principal, header: unknown): Attach => {
  refuseRole(principal, agentRoles.includes(principal.role), 'agent');
  const workload = workloadOf(header);
  refuseRole(principal, mayTouch(principal, workload), 'agent of that workload');
  return (socket) =>
    serveRelayForAgent(socket, (arrival) => {
      relay(manager, workload, arrival).catch((error: unknown) => {
        manager.log.error({ error: messageOf(error) }, 'relay failed');
        arrival.stream.close();
      });
    });
};

const workloadOf = (header: unknown): Workload => {
  const [namespace, kind, name, ...more] = typeof header === 'string' ? header.split('/') : [];
  if (more.length > 0)
    throw new ApiProblem('bad_request', `${workloadHeader} is NAMESPACE/KIND/NAME.`);
  return checked(workloadSchema, { namespace, kind, name }, workloadHeader);
};

const refuseRole = ({ role }: Principal, allowed: boolean, what: string): void => {
  if (allowed) return;
  throw new ApiProblem('forbidden', `A token with the role "${role}" opens no tunnel as ${what}.`);
};

/** Keeps a tunnel until it is gone, or its token is. */
const hold = ({ tunnels, attachments }: Manager, { tokenId }: Principal, end: TunnelEnd): void => {
  tunnels.add(end);
  const detach = attachments.attach(tokenId, end.destroy);
  void end.closed.then(() => {
    tunnels.delete(end);
    detach();
  });
};
