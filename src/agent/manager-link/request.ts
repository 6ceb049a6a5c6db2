import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { type Workload, workloadPath } from '../../protocol/workload.ts';

/** Where an agent's manager is, and who the agent is. */
export type ManagerAddress = {
  readonly manager: URL;
  readonly workload: Workload;
  /** Names this life of this agent, `ag_` and 26 characters. */
  readonly agent: string;
  /** Read anew for each request, so that a renewed token file is picked up. */
  readonly token: () => Promise<string>;
};

/** How long the manager may take to begin its answer. */
export const answerMilliseconds = 5_000;

export type Call = {
  readonly method: 'GET' | 'POST';
  /** `rules` or `reports`. */
  readonly resource: string;
  readonly body?: string;
  readonly signal: AbortSignal;
};

/** Sends one request of an agent to its manager; resolves with the head of the answer. */
export const callManager = async (
  address: ManagerAddress,
  call: Call,
): Promise<IncomingMessage> => {
  const { manager, workload, agent, token } = address;
  const { method, resource, body, signal } = call;
  const url = new URL(manager);
  url.pathname = `${manager.pathname.replace(/\/$/, '')}/v1/agents/${workloadPath(workload)}/${resource}`;
  if (method === 'GET') url.searchParams.set('agent', agent);
  const headers = {
    authorization: `Bearer ${await token()}`,
    ...(body === undefined
      ? {}
      : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
  };
  const start = url.protocol === 'https:' ? requestHttps : requestHttp;
  const request = start(url, { method, headers, signal, agent: false });
  request.end(body);
  return answered(request);
};

const answered = (request: ClientRequest): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      request.destroy(new Error('the manager did not answer in time'));
    }, answerMilliseconds);
    request.once('response', (answer) => {
      clearTimeout(timer);
      resolve(answer);
    });
    request.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
  });
