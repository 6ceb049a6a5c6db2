import type { ManagerClient } from '../manager-client/client.ts';
import type { ExchangesOptions } from './session-exchanges.ts';

/** Lets the agent of an intercept's workload send a request to its pod, by way of the manager. */
export const sendToPod =
  (manager: Pick<ManagerClient, 'askPod'>): ExchangesOptions['sendToPod'] =>
  async (intercept, { head, body }, unsafe) => {
    const request = Buffer.concat([head, body]).toString('base64');
    const { answer } = await manager.askPod(intercept, { request, unsafe });
    return Buffer.from(answer, 'base64');
  };
