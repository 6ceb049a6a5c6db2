import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import { UserError } from '../../base/errors.ts';
import { exitCodes } from '../../base/exit-codes.ts';
import type { Context, Signals } from '../context.ts';
import { createManagerClient } from '../manager-client/client.ts';
import {
  type StartedMessage,
  type StartMessage,
  startMessageSchema,
} from './background-message.ts';
import type { Report } from './report.ts';
import { reportToPeople } from './report-people.ts';
import { runIntercept } from './run.ts';
import type { Subject } from './subject.ts';

/** Milliseconds for the command that started us to say what to do. */
const startMsMax = 10_000;

/**
 * The session in the background itself: takes its plan from the process that started it, tells it
 * when it is ready, and goes on alone. Ends with that process when that dies before.
 */
export const runBackground = async (context: Context): Promise<number> => {
  const { manager: address, token, user, plan, log } = await startMessage();
  const manager = createManagerClient(await context.connection(new URL(address), token));
  let told = false;
  const tell = async (message: StartedMessage): Promise<void> => {
    told = true;
    if (!process.connected) return;
    await new Promise((resolve) => process.send?.(message, resolve));
    process.disconnect();
  };
  const signals: Signals = (listener) => {
    const dispose = context.signals(listener);
    const orphaned = (): void => {
      if (!told) listener('SIGTERM');
    };
    process.once('disconnect', orphaned);
    return () => {
      dispose();
      process.off('disconnect', orphaned);
    };
  };
  try {
    const code = await runIntercept({
      context: { ...context, signals },
      manager,
      plan,
      user,
      appOutput: 'inherit',
      log,
      report: (port) => {
        const subject: Subject = { name: plan.name, port, match: plan.match, key: null };
        return backgroundReport(context, subject, tell);
      },
    });
    if (code === exitCodes.ok) await rm(log, { force: true });
    return code;
  } catch (error) {
    if (told || !(error instanceof UserError)) throw error;
    const { message, hint, kind } = error;
    await tell({ type: 'failed', message, hint, kind });
    return exitCodes[kind];
  }
};

// A log of states, not of requests: it has no one to read it and no end.
const backgroundReport = (
  { io }: Context,
  subject: Subject,
  tell: (message: StartedMessage) => Promise<void>,
): Report => {
  const people = reportToPeople(io, subject);
  return {
    event: (event) => {
      if (event.type !== 'request') people.event(event);
      if (event.type !== 'ready' || event.again) return;
      const { intercept, legsMs, tookMs } = event;
      void tell({ type: 'ready', port: subject.port, intercept, legsMs, tookMs });
    },
    end: people.end,
  };
};

const startMessage = async (): Promise<StartMessage> => {
  if (process.send === undefined) {
    throw new UserError('This command is for `byway intercept --detach` only.', { kind: 'usage' });
  }
  const late = new AbortController();
  try {
    const message = await Promise.race([
      new Promise<unknown>((resolve) => process.once('message', resolve)),
      sleep(startMsMax, undefined, { signal: late.signal }),
    ]);
    return v.parse(startMessageSchema, message);
  } finally {
    late.abort();
  }
};
