import type { IncomingMessage } from 'node:http';
import * as v from 'valibot';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { HttpFault } from '../../protocol/http1/fault.ts';
import { readWholeRequest } from '../../protocol/http1/whole-request.ts';
import { type PodResult, podRequestSchema } from '../../protocol/pod-requests.ts';
import { callManager, type ManagerAddress } from '../manager-link/request.ts';
import type { RuleTable } from '../rule-table.ts';
import { podMessageBytesMax, podRequestsAtOnceMax } from './limits.ts';
import { type PodAddress, sendToPod } from './send.ts';

export type PodRequestsOptions = {
  readonly address: ManagerAddress;
  readonly table: RuleTable;
  /** The service's address, by the port that a rule is for. */
  readonly pods: ReadonlyMap<number, PodAddress>;
  readonly log: Log;
  readonly signal: AbortSignal;
};

type Event = { readonly nonce: string; readonly id: string };

/**
 * Fetches requests that the manager tells of, sends them to this agent's own pod, on the port of the
 * intercept's rule and nowhere else, and brings the answers. Four at once.
 */
export const servePodRequests = (options: PodRequestsOptions): ((event: Event) => void) => {
  const { log } = options;
  let running = 0;
  return (event) => {
    const turn = running < podRequestsAtOnceMax;
    running += 1;
    serve(options, event, turn)
      .catch((error: unknown) => {
        log.debug({ reason: messageOf(error) }, 'a request for the pod was not served');
      })
      .finally(() => {
        running -= 1;
      });
  };
};

const serve = async (
  options: PodRequestsOptions,
  { nonce, id }: Event,
  turn: boolean,
): Promise<void> => {
  const { address, signal } = options;
  const resource = `pod-requests/${encodeURIComponent(nonce)}`;
  const fetched = await callManager(address, { method: 'GET', resource, signal });
  const message = await readMessage(fetched);
  if (message === undefined) return;
  const result: PodResult = turn
    ? await answerOf(options, id, Buffer.from(message, 'base64'))
    : { error: 'too_many' };
  const body = JSON.stringify(result);
  const taken = await callManager(address, { method: 'POST', resource, body, signal });
  taken.resume();
};

const answerOf = async (
  { table, pods, log }: PodRequestsOptions,
  id: string,
  bytes: Buffer,
): Promise<PodResult> => {
  const rule = table.get(id)?.rule;
  const pod = rule === undefined ? undefined : pods.get(rule.port);
  if (pod === undefined) return { error: 'no_rule' };
  try {
    const head = readWholeRequest(bytes);
    log.info({ audit: 'pod_request', intercept: id, method: head.method }, 'sent to the pod');
    return await sendToPod(pod, head, bytes);
  } catch (error) {
    if (error instanceof HttpFault) return { error: 'not_http' };
    throw error;
  }
};

const readMessage = async (answer: IncomingMessage): Promise<string | undefined> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > podMessageBytesMax) throw new Error('the manager answers too much');
    chunks.push(chunk);
  }
  if (answer.statusCode !== 200) return undefined;
  return v.parse(podRequestSchema, JSON.parse(Buffer.concat(chunks).toString())).request;
};
