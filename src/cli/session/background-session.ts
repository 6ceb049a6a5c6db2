import { createHash, timingSafeEqual } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import { UserError } from '../../base/errors.ts';
import { exitCodes } from '../../base/exit-codes.ts';
import type { Context } from '../context.ts';
import type { AddMessage } from '../control/messages.ts';
import type { Refusal } from '../control/server.ts';
import { createManagerClient, type ManagerClient } from '../manager-client/client.ts';
import { runGuest } from './background-guest.ts';
import {
  type StartedMessage,
  type StartMessage,
  startMessageSchema,
} from './background-message.ts';
import { fanOut } from './fan-out.ts';
import { guestsMax } from './limits.ts';
import { boundLog } from './log-file.ts';
import { OpenSession } from './open-session.ts';
import type { InterceptPlan } from './plan.ts';

/** Milliseconds for the command that started us to say what to do. */
const startMsMax = 10_000;

/**
 * The session in the background itself: takes its plan from the process that started it, tells it
 * when it is ready, and goes on alone, with the plans that later commands hand over. Ends with the
 * last of them, and with the process that started it when that dies before it was told.
 */
export const runBackground = async (context: Context): Promise<number> => {
  const start = await startMessage();
  const connection = await context.connection(new URL(start.manager), start.token);
  const background = new BackgroundSession(context, start, createManagerClient(connection));
  return await background.run();
};

class BackgroundSession {
  readonly #context: Context;
  readonly #start: StartMessage;
  readonly #manager: ManagerClient;
  readonly #guests = new Set<Promise<number>>();
  #closing = false;
  #session: OpenSession | undefined;

  constructor(context: Context, start: StartMessage, manager: ManagerClient) {
    this.#context = { ...context, signals: fanOut(context.signals) };
    this.#start = start;
    this.#manager = manager;
  }

  async run(): Promise<number> {
    const { user, log, plan } = this.#start;
    // A program of the user's has its own environment and output, and so its own session.
    const alone = plan.command.length > 0;
    const { tell, told } = parent();
    const stopBounding = boundLog(log);
    const session = await OpenSession.open({
      context: this.#context,
      manager: this.#manager,
      user,
      log,
      add: alone ? undefined : (message, gone) => this.#takeIn(message, gone),
    });
    this.#session = session;
    try {
      const codes = await this.#untilEmpty(this.#admit(plan, alone, tell, orphaned()));
      await told();
      await session.host.close();
      const failed = codes.find((code) => code !== exitCodes.ok);
      if (failed === undefined) {
        for (const path of [log, `${log}.1`]) await rm(path, { force: true });
      }
      return failed ?? exitCodes.ok;
    } finally {
      session.close();
      stopBounding();
    }
  }

  #takeIn({ plan, token }: AddMessage, gone: AbortSignal): Promise<StartedMessage | Refusal> {
    const refusal = this.#refusalOf(plan, token);
    if (refusal !== undefined) return Promise.resolve({ type: 'refused', error: refusal });
    return new Promise((resolve) => {
      void this.#admit(plan, false, resolve, gone);
    });
  }

  #refusalOf(plan: InterceptPlan, token: string): string | undefined {
    if (this.#closing) return 'This session is about to end.';
    if (!sameText(token, this.#start.token)) return 'This session has another token.';
    if (plan.command.length > 0) return 'A program of its own needs a session of its own.';
    return this.#guests.size < guestsMax ? undefined : `It has ${guestsMax} intercepts already.`;
  }

  #admit(
    plan: InterceptPlan,
    alone: boolean,
    tell: (message: StartedMessage) => void,
    gone: AbortSignal,
  ): Promise<number> {
    const { user, key } = this.#start;
    const session = this.#session;
    if (session === undefined) throw new Error('The session is not open yet.');
    const guest = runGuest({
      context: this.#context,
      manager: this.#manager,
      session,
      plan,
      user,
      key,
      tell,
      gone,
      release: alone ? () => session.host.close() : async () => {},
    });
    this.#guests.add(guest);
    void guest.finally(() => this.#guests.delete(guest));
    return guest;
  }

  async #untilEmpty(first: Promise<number>): Promise<readonly number[]> {
    const codes = [await first];
    while (this.#guests.size > 0) codes.push(...(await Promise.all(this.#guests)));
    this.#closing = true;
    return codes;
  }
}

const sameText = (one: string, other: string): boolean => {
  const [left, right] = [one, other].map((text) => createHash('sha256').update(text).digest());
  return left !== undefined && right !== undefined && timingSafeEqual(left, right);
};

/** The way to the process that started us; `told` resolves when all that was said is on its way. */
const parent = () => {
  let told = Promise.resolve();
  const tell = (message: StartedMessage): void => {
    if (!process.connected) return;
    told = new Promise((resolve) => {
      process.send?.(message, () => resolve());
    });
    void told.then(() => process.disconnect());
  };
  return { tell, told: () => told };
};

/** Aborts when the process that started us is gone, or needs us no more. */
const orphaned = (): AbortSignal => {
  const gone = new AbortController();
  process.once('disconnect', () => gone.abort());
  return gone.signal;
};

const startMessage = async (): Promise<StartMessage> => {
  if (process.send === undefined) {
    throw new UserError('This command is for `byway intercept --detach` only.', { kind: 'usage' });
  }
  const late = new AbortController();
  try {
    const message = await Promise.race([
      new Promise<unknown>((resolve) => {
        process.once('message', resolve);
        process.once('disconnect', () => resolve(undefined));
      }),
      sleep(startMsMax, undefined, { signal: late.signal }),
    ]);
    return v.parse(startMessageSchema, message);
  } finally {
    late.abort();
  }
};
