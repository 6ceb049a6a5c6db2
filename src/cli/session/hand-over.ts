import { messageOf } from '../../base/errors.ts';
import { askStatus, askToAdd, ControlRefused } from '../control/client.ts';
import type { ControlStatus } from '../control/messages.ts';
import type { Environment } from '../folders.ts';
import type { Io } from '../io.ts';
import type { Connection } from '../manager-client/exchange.ts';
import type { StartedMessage } from './background-message.ts';
import type { InterceptPlan } from './plan.ts';
import { readSessionFiles } from './session-file.ts';

export type HandOver = {
  readonly io: Io;
  readonly environment: Environment;
  readonly connection: Connection;
  readonly user: string;
  readonly plan: InterceptPlan;
};

export type HandedOver = { readonly status: ControlStatus; readonly answer: StartedMessage };

/**
 * Gives a plan to a session of the same user and manager that runs in the background already, and
 * waits for what becomes of it. Undefined when there is none that takes it.
 */
export const handOver = async (wanted: HandOver): Promise<HandedOver | undefined> => {
  const { io, environment, connection, user, plan } = wanted;
  if (plan.command.length > 0) return undefined;
  const { running } = await readSessionFiles(environment);
  const { href } = connection.manager;
  const sockets = running
    .filter(({ manager, log }) => manager === href && log !== null)
    .flatMap(({ socket }) => socket ?? []);
  for (const socket of new Set(sockets)) {
    try {
      const status = await askStatus(socket);
      if (!status.shares || status.user !== user || status.manager !== href) continue;
      const { token } = connection;
      return { status, answer: await askToAdd(socket, { plan, token }) };
    } catch (error) {
      // Another session is started instead, which costs a tunnel and nothing else.
      if (!(error instanceof ControlRefused))
        io.warn(`A session was passed over: ${messageOf(error)}`);
    }
  }
  return undefined;
};
