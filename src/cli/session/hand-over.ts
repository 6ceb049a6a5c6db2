import { messageOf } from '../../base/errors.ts';
import { askStatus, askToAdd, ControlRefused } from '../control/client.ts';
import type { AddMessage, ControlStatus } from '../control/messages.ts';
import type { Environment } from '../folders.ts';
import type { Io } from '../io.ts';
import type { Connection } from '../manager-client/exchange.ts';
import { tellCrashed } from '../wording/sessions.ts';
import type { StartedMessage } from './background-message.ts';
import { readSessionFiles } from './session-file.ts';

export type Sought = {
  readonly io: Io;
  readonly environment: Environment;
  readonly connection: Connection;
  readonly user: string;
  /** Sockets of sessions that have refused already. */
  readonly passedOver: ReadonlySet<string>;
};

/** A session in the background that takes in others. */
export type Found = { readonly socket: string; readonly status: ControlStatus };

/** Looks for a session of the same user and manager that runs in the background already. */
export const findSession = async (sought: Sought): Promise<Found | undefined> => {
  const { io, environment, connection, user, passedOver } = sought;
  const { running, crashed } = await readSessionFiles(environment);
  tellCrashed(io, crashed);
  const { href } = connection.manager;
  const sockets = running
    .filter(({ manager, log }) => manager === href && log !== null)
    .flatMap(({ socket }) => socket ?? [])
    .filter((socket) => !passedOver.has(socket));
  for (const socket of new Set(sockets)) {
    try {
      const status = await askStatus(socket);
      if (status.shares && status.user === user && status.manager === href) {
        return { socket, status };
      }
    } catch (error) {
      tellPassedOver(io, error);
    }
  }
  return undefined;
};

/** Gives it a plan, and waits for what becomes of it. Undefined when it does not take it. */
export const handOver = async (
  { socket }: Found,
  message: AddMessage,
  io: Io,
): Promise<StartedMessage | undefined> => {
  try {
    return await askToAdd(socket, message);
  } catch (error) {
    tellPassedOver(io, error);
    return undefined;
  }
};

// Another session is started instead, which costs a tunnel and nothing else.
const tellPassedOver = (io: Io, error: unknown): void => {
  if (!(error instanceof ControlRefused)) io.warn(`A session was passed over: ${messageOf(error)}`);
};
