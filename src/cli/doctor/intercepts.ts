import { isListening, localPort } from '../session/local-port.ts';
import { fail, pass, type Result, skip, warn } from './check.ts';
import { orUndefined, type Patient } from './patient.ts';

/** Whether your apps listen, those that sessions of this machine send requests to. */
export const checkLocalPorts = async ({ sessions }: Patient): Promise<Result> => {
  const { running } = await sessions();
  if (running.length === 0) return skip('no session on this machine');
  const ports = [...new Set(running.map(({ file }) => file.port))];
  const open = await Promise.all(ports.map((port) => isListening(localPort(port))));
  const closed = ports.filter((_, index) => open[index] !== true);
  return closed.length === 0
    ? pass(`something listens on ${ports.join(', ')}`)
    : warn(
        `nothing listens on ${closed.join(', ')}; the pod answers`,
        'Start your app, then this goes away.',
      );
};

/** Whether the agents of what you intercept are there and have the rule. */
export const checkAgents = async ({ intercepts, me }: Patient): Promise<Result> => {
  const [all, user] = await Promise.all([orUndefined(intercepts()), orUndefined(me())]);
  if (all === undefined || user === undefined) return skip('the manager says nothing of them');
  const own = all.filter(({ owner }) => owner === user.user);
  if (own.length === 0) return skip('you intercept nothing');
  const namesOf = (list: typeof own): string => list.map(({ name }) => name).join(', ');
  const without = own.filter(({ agents }) => agents.connected === 0);
  if (without.length > 0) {
    return fail(
      `no agent of ${namesOf(without)} is connected; the pod answers`,
      'Start byway-agent in front of it, or look at its log.',
    );
  }
  const behind = own.filter(({ agents }) => agents.applied < agents.connected);
  if (behind.length > 0) {
    return warn(`not all agents of ${namesOf(behind)} have the rule yet`, 'byway status');
  }
  return pass(`${namesOf(own)}: all agents have the rule`);
};
