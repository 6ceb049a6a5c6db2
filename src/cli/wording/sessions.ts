import type { ProbeLegs } from '../../protocol/reports.ts';
import type { LocalSession } from '../control/local-sessions.ts';
import type { TunnelStatus } from '../control/messages.ts';
import type { Io } from '../io.ts';
import type { SessionFile } from '../session/session-file.ts';
import { duration } from './figures.ts';

/** How the way to the manager is: `connected, 0.8 ms round trip`. */
export const tunnelInWords = ({ state, latencyMs, attempt, retryInMs }: TunnelStatus): string => {
  if (state === 'reconnecting') {
    return `reconnecting in ${duration(retryInMs ?? 0)}, attempt ${attempt ?? 1}; the pod answers meanwhile`;
  }
  const trip = latencyMs === null ? '' : `, ${duration(latencyMs)} round trip`;
  return state === 'late' ? `no answer in time, dialling a second one${trip}` : `${state}${trip}`;
};

/** Which process serves an intercept: `process 123 in the background, log PATH`. */
export const processInWords = ({ file, status }: LocalSession): string => {
  const log = file.log === null ? '' : ` in the background, log ${file.log}`;
  const silent = status === undefined ? ' does not answer (stopped?)' : '';
  return `process ${file.pid}${silent}${log}`;
};

/** The legs of a probe, the slowest of all agents. */
export const legsInWords = ({ agent, tunnel, manager, laptop, local }: ProbeLegs): string => {
  const you = local === null ? 'you refused' : `you ${duration(local)}`;
  const legs =
    manager === undefined || laptop === undefined
      ? ''
      : ` (to manager ${duration(manager)}, to laptop ${duration(laptop)})`;
  return `agent ${duration(agent)}, tunnel ${duration(tunnel)}${legs}, ${you}`;
};

/** Says that sessions were killed, and what that means. */
export const tellCrashed = (io: Io, crashed: readonly SessionFile[]): void => {
  for (const { name, pid, log } of crashed) {
    const where = log === null ? '' : `   its log: ${log}`;
    io.warn(
      `${io.paint().warning('▲')} The session of ${name} (process ${pid}) was killed. The pod answers for it.   byway leave ${name}${where}`,
    );
  }
};
