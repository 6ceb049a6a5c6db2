import type { ClientRequest, IncomingMessage } from 'node:http';
import { type Workload, workloadPath } from '../../protocol/workload.ts';
import { connectTo } from '../../tunnel/connect.ts';
import { requestOn } from '../../tunnel/request-on.ts';
import { below } from '../../tunnel/way.ts';

/** Where an agent's manager is, and who the agent is. */
export type ManagerAddress = {
  readonly manager: URL;
  /** PEM certificates of authorities that are trusted besides the usual ones. */
  readonly ca?: string | undefined;
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
  /** `rules`, `reports` or `pod-requests/NONCE`. */
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
  const url = below(manager, `/v1/agents/${workloadPath(workload)}/${resource}`);
  if (resource !== 'reports') url.searchParams.set('agent', agent);
  const headers = {
    host: url.host,
    connection: 'close',
    authorization: `Bearer ${await token()}`,
    ...(body === undefined
      ? {}
      : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
  };
  const socket = await connectTo(address, signal);
  const request = requestOn(socket, { method, path: url.pathname + url.search, headers });
  const stop = (): void => void request.destroy();
  signal.addEventListener('abort', stop, { once: true });
  request.once('close', () => signal.removeEventListener('abort', stop));
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
