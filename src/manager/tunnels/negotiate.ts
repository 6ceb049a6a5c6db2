import type { IncomingMessage } from 'node:http';
import { chooseVersion, readOffer, tunnelVersions } from '../../tunnel/versions.ts';
import { ApiProblem } from '../http/api-problem.ts';
import type { TunnelRole } from './tunnels.ts';

/**
 * The version of the tunnel that both sides speak, out of what the request offers. Throws
 * `version_unsupported`, which names both versions and says which side is the older one,
 * or `bad_request` when it offers nothing.
 */
export const negotiate = (
  offer: string,
  role: TunnelRole,
  { headers }: IncomingMessage,
  ownVersion: string,
): number => {
  const offered = readOffer(offer);
  if (offered.length === 0) {
    throw new ApiProblem('bad_request', `The request names no version of the tunnel: ${names()}.`);
  }
  const chosen = chooseVersion(offered);
  if (chosen !== undefined) return chosen;
  const theirs = Math.max(...offered);
  const program = programOf(headers['user-agent']);
  const isOlder = theirs < Math.min(...tunnelVersions);
  throw new ApiProblem(
    'version_unsupported',
    `The ${role} speaks byway-tunnel/${theirs}${program}; this manager, ${ownVersion}, speaks ${names()}. The ${isOlder ? role : 'manager'} is the older one.`,
    { hint: isOlder ? updateHint(role, ownVersion) : olderManagerHint(role, ownVersion) },
    { upgrade: names() },
  );
};

const names = (): string => tunnelVersions.map((version) => `byway-tunnel/${version}`).join(', ');

const updateHint = (role: TunnelRole, version: string): string =>
  role === 'laptop'
    ? `Update byway   npm install -g byway@${version}`
    : `Update the agent to ${version}.`;

const olderManagerHint = (role: TunnelRole, version: string): string => {
  const fitting = role === 'laptop' ? `npm install -g byway@${version}` : `an agent of ${version}`;
  return `Ask for the manager to be updated, or until then take what fits it   ${fitting}`;
};

/** Which program it is, if its name is one that may be repeated to a person. */
const programOf = (userAgent: string | undefined): string => {
  const [, version] = /^byway\/([\w.-]{1,32})$/.exec(userAgent ?? '') ?? [];
  return version === undefined ? '' : ` (it is ${version})`;
};
