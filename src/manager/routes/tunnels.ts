import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { messageOf } from '../../base/errors.ts';
import { sessionIdSchema } from '../../protocol/intercepts.ts';
import { type Workload, workloadSchema } from '../../protocol/workload.ts';
import { acceptTunnel } from '../../tunnel/accept.ts';
import { acceptWebSocket } from '../../tunnel/accept-web-socket.ts';
import { type Carrier, transportOf } from '../../tunnel/carrier.ts';
import type { TunnelEnd } from '../../tunnel/end.ts';
import { openRelayToLaptop, serveRelayForAgent } from '../../tunnel/relay-end.ts';
import { roleHeader, sessionHeader, workloadHeader } from '../../tunnel/wire.ts';
import { ApiProblem } from '../http/api-problem.ts';
import { checked } from '../http/body.ts';
import { agentRoles, everyRole, laptopRoles, type UpgradeRoute } from '../http/route.ts';
import { mayTouch, type Principal } from '../identity/principal.ts';
import { laptopsPerUserMax } from '../limits.ts';
import type { Manager } from '../manager.ts';
import { relay } from '../relay/relay.ts';
import { negotiate } from '../tunnels/negotiate.ts';
import type { TunnelRole } from '../tunnels/tunnels.ts';

type Described = Pick<UpgradeRoute, 'kind' | 'path' | 'roles' | 'problems' | 'headers'>;

const described: Described = {
  kind: 'upgrade',
  path: '/v1/tunnels',
  roles: everyRole,
  problems: ['upgrade_required', 'version_unsupported'],
  headers: {
    [roleHeader]: '`laptop` or `agent`',
    [sessionHeader]: 'of a laptop: its session',
    [workloadHeader]: 'of an agent: NAMESPACE/KIND/NAME',
  },
};

export const tunnelRoutes = (manager: Manager): readonly UpgradeRoute[] => [
  {
    ...described,
    method: 'POST',
    upgrade: 'byway-tunnel',
    summary: 'Turns the connection into a tunnel of a laptop or an agent.',
    handle: (principal, request) =>
      open(manager, principal, request, request.headers.upgrade, async (socket, head, version) => {
        if (!(socket instanceof Socket))
          throw new TypeError('A tunnel needs a network connection.');
        return await acceptTunnel(socket, head, version);
      }),
  },
  {
    ...described,
    method: 'GET',
    upgrade: 'websocket',
    summary: 'The same over a WebSocket with the subprotocol `byway-tunnel.1`.',
    handle: (principal, request) =>
      open(
        manager,
        principal,
        request,
        request.headers['sec-websocket-protocol'],
        (socket, head, version) => acceptWebSocket(request, socket, head, version),
      ),
  },
];

/** Gives the answer that grants the request; resolves with what HTTP/2 goes over. */
type Accept = (socket: Duplex, head: Buffer, version: number) => Promise<Carrier>;

/** Makes one end of an accepted connection. */
type Attach = (carrier: Carrier) => TunnelEnd;

const open = (
  manager: Manager,
  principal: Principal,
  request: IncomingMessage,
  offer: string | undefined,
  accept: Accept,
): ((socket: Duplex, head: Buffer) => Promise<void>) => {
  const role = roleOf(request);
  const version = negotiate(offer ?? '', role, request, manager.version);
  const { [sessionHeader]: session, [workloadHeader]: workload } = request.headers;
  const leave = manager.tunnels.admit(principal.user);
  try {
    const attach =
      role === 'laptop'
        ? admitLaptop(manager, principal, session)
        : admitAgent(manager, principal, workload);
    return async (socket, head) => {
      try {
        const carrier = await accept(socket, head, version);
        hold(manager, principal, role, carrier, attach(carrier), leave);
      } catch (error) {
        leave();
        throw error;
      }
    };
  } catch (error) {
    leave();
    throw error;
  }
};

const roleOf = ({ headers }: IncomingMessage): TunnelRole => {
  const { 'content-length': length = '0', 'transfer-encoding': coding } = headers;
  if (length !== '0' || coding !== undefined) {
    throw new ApiProblem('bad_request', 'A request for a tunnel has no body.');
  }
  const role = headers[roleHeader];
  if (role === 'laptop' || role === 'agent') return role;
  throw new ApiProblem('bad_request', `${roleHeader} is "laptop" or "agent".`);
};

const admitLaptop = (manager: Manager, principal: Principal, header: unknown): Attach => {
  refuseRole(principal, laptopRoles.includes(principal.role), 'laptop');
  const { sessions, intercepts } = manager;
  const session = checked(sessionIdSchema, header, sessionHeader);
  const { user } = principal;
  const refuseForeign = (): void => {
    const owner =
      sessions.ownerOf(session) ?? intercepts.groups.group('session', session)[0]?.owner;
    if (owner === undefined || owner === user) return;
    throw new ApiProblem('forbidden', 'The session belongs to another user.');
  };
  refuseForeign();
  if (sessions.ownerOf(session) === undefined && sessions.countOf(user) >= laptopsPerUserMax) {
    throw new ApiProblem('too_many', `You have ${laptopsPerUserMax} sessions already.`);
  }
  return (carrier) => {
    refuseForeign(); // Another user may have taken the session while the 101 was written.
    const end = openRelayToLaptop(carrier);
    const transport = transportOf(carrier);
    sessions.attach(session, user, { end, transport });
    manager.log.info({ user, session, transport }, 'laptop connected');
    return end;
  };
};

const admitAgent = (manager: Manager, principal: Principal, header: unknown): Attach => {
  refuseRole(principal, agentRoles.includes(principal.role), 'agent');
  const workload = workloadOf(header);
  refuseRole(principal, mayTouch(principal, workload), 'agent of that workload');
  return (carrier) =>
    serveRelayForAgent(carrier, (arrival) => {
      relay(manager, workload, arrival).catch((error: unknown) => {
        manager.log.error({ error: messageOf(error) }, 'relay failed');
        arrival.stream.abort();
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
const hold = (
  { tunnels, attachments }: Manager,
  { tokenId }: Principal,
  role: TunnelRole,
  carrier: Carrier,
  end: TunnelEnd,
  leave: () => void,
): void => {
  tunnels.hold(role, carrier, end);
  const detach = attachments.attach(tokenId, end.destroy);
  void end.closed.then(() => {
    leave();
    detach();
  });
};
