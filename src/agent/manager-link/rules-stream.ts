import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { EventStreamReader, type StreamEvent } from '../../protocol/event-stream.ts';
import { type RuleEvent, ruleEventSchema } from '../../protocol/rules.ts';
import { backoffMs } from '../../tunnel/backoff.ts';
import { callManager, type ManagerAddress } from './request.ts';

/** Silence after which the stream counts as dead; the manager sends a comment every 10 s. */
export const silenceMilliseconds = 30_000;

export type RulesStream = {
  readonly address: ManagerAddress;
  /** False: the event doesn't follow on the ones before, begin again with the full state. */
  readonly onEvent: (event: RuleEvent) => boolean;
  readonly log: Log;
  readonly signal: AbortSignal;
};

/**
 * Follows the manager's rules for this workload until the signal aborts, again and again with a
 * backoff when the stream ends. Rules that were applied stay while the manager is away.
 */
export const followRules = async (options: RulesStream): Promise<void> => {
  const { signal, log } = options;
  let attempt = 0;
  let told: string | undefined;
  while (!signal.aborted) {
    try {
      await followOnce(options, () => {
        attempt = 0;
        told = undefined;
      });
    } catch (error) {
      if (signal.aborted) return;
      const reason = messageOf(error);
      // Once for each reason: a night without a manager must not fill a log.
      if (reason !== told) log.warn({ reason }, 'rules are not followed; traffic goes to the pod');
      told = reason;
    }
    attempt += 1;
    await sleep(backoffMs(attempt, Math.random()), undefined, { signal }).catch(() => {});
  }
};

const followOnce = async (options: RulesStream, connected: () => void): Promise<void> => {
  const { address, signal } = options;
  const answer = await callManager(address, { method: 'GET', resource: 'rules', signal });
  if (answer.statusCode !== 200) {
    answer.resume();
    throw new Error(`the manager answered with status ${answer.statusCode}`);
  }
  connected();
  await readEvents(answer, options);
};

const readEvents = async (answer: IncomingMessage, { onEvent }: RulesStream): Promise<void> => {
  const reader = new EventStreamReader();
  answer.setEncoding('utf8');
  answer.socket.setTimeout(silenceMilliseconds, () => {
    answer.destroy(new Error('the manager has gone silent'));
  });
  for await (const text of answer as AsyncIterable<string>) {
    for (const event of reader.take(text)) {
      if (!onEvent(ruleEventOf(event))) throw new Error('a change of the rules was missed');
    }
  }
};

const ruleEventOf = ({ data }: StreamEvent): RuleEvent =>
  v.parse(ruleEventSchema, JSON.parse(data));
