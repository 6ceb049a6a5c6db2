import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Address, isLoopback } from '../../base/address.ts';
import { ResetAwareSocket } from '../../base/reset-aware-socket.ts';
import { fieldName } from '../../protocol/http1/fields.ts';
import type { RequestHead } from '../../protocol/http1/request-head.ts';
import { type PodResult, podAnswerMsMax } from '../../protocol/pod-requests.ts';
import { dialWire } from '../sockets.ts';
import type { TlsServices } from '../tls/services.ts';
import { connectTls } from '../tls/upstream.ts';
import { podConnectMsMax } from './limits.ts';
import { AnswerReader } from './read-answer.ts';

export type PodAddress = { readonly address: Address; readonly tls: TlsServices | undefined };

/**
 * Sends one whole request to the pod, on a connection of its own, and reads one answer of at most
 * 1 MiB within 7 s. Never rejects.
 */
export const sendToPod = async (
  pod: PodAddress,
  head: RequestHead,
  request: Buffer,
): Promise<PodResult> => {
  const connected = await connect(pod, head);
  if ('error' in connected) return connected;
  const { socket } = connected;
  const reader = new AnswerReader(head.method);
  try {
    return await new Promise<PodResult>((resolve) => {
      const settle = (state: ReturnType<AnswerReader['take']>): void => {
        if (state === 'whole') resolve({ answer: reader.answer.toString('base64') });
        else if (state !== 'more') resolve({ error: state });
      };
      const timer = setTimeout(() => resolve({ error: 'pod_slow' }), podAnswerMsMax);
      socket.on('data', (bytes: Buffer) => settle(reader.take(bytes)));
      socket.once('end', () => settle(reader.end()));
      socket.once('close', () => {
        clearTimeout(timer);
        resolve({ error: 'pod_broke' });
      });
      socket.on('error', () => {}); // What follows is `close`.
      socket.write(request);
    });
  } finally {
    socket.destroy();
  }
};

type Connected = { readonly socket: Duplex } | Extract<PodResult, { readonly error: unknown }>;

// A service beside an agent with a certificate may speak TLS or not. Where it is on this machine, it is asked both ways.
const connect = async (pod: PodAddress, head: RequestHead): Promise<Connected> => {
  const { address, tls } = pod;
  if (tls === undefined) return await connectPlain(address);
  const name = head.valueOf(host)?.replace(/:\d+$/, '');
  const connected = await connectTls(dialWire(address), tls.credentials(), {
    serverName: name !== undefined && /[a-z]/i.test(name) ? name : undefined,
    host: address.host,
    protocols: ['http/1.1'],
  });
  if (connected.ok) return { socket: connected.socket };
  if (connected.failure === 'connect') return { error: 'pod_refused' };
  const mayBePlain = connected.failure !== 'certificate' && isLoopback(address.host);
  return mayBePlain ? await connectPlain(address) : { error: 'pod_tls' };
};

const host = fieldName('host');

const connectPlain = async (address: Address): Promise<Connected> => {
  const socket = new ResetAwareSocket({ allowHalfOpen: true });
  const done = new AbortController();
  try {
    socket.setNoDelay(true).connect({ ...address });
    const connected = new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
    });
    const late = sleep(podConnectMsMax, false, { signal: done.signal }).catch(() => false);
    if (await Promise.race([connected, late])) return { socket };
    socket.destroy();
    return { error: 'pod_refused' };
  } finally {
    done.abort();
  }
};
