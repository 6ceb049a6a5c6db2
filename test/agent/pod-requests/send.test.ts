import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { createSecureContext } from 'node:tls';
import { afterEach, expect, test } from 'vitest';
import { type PodAddress, sendToPod } from '../../../src/agent/pod-requests/send.ts';
import type { TlsServices } from '../../../src/agent/tls/services.ts';
import { readWholeRequest } from '../../../src/protocol/http1/whole-request.ts';
import { createAuthority } from '../../support/authority.ts';
import { startRawServer } from '../../support/raw-server.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const undo of cleanUps.splice(0)) await undo();
});

const request = Buffer.from('GET /a HTTP/1.1\r\nHost: pricing:8082\r\nConnection: close\r\n\r\n');

const send = (port: number, tls?: TlsServices) => {
  const pod: PodAddress = { address: { host: '127.0.0.1', port }, tls };
  return sendToPod(pod, readWholeRequest(request), request);
};

const podThat = async (answer: (socket: Socket, all: Buffer) => void): Promise<number> => {
  const server = await startRawServer(answer);
  cleanUps.push(server.close);
  return server.port;
};

const text = (result: Awaited<ReturnType<typeof send>>): string =>
  'error' in result ? result.error : Buffer.from(result.answer, 'base64').toString('latin1');

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi';

test('exactly the request goes out, and exactly the answer comes back', async () => {
  const seen: Buffer[] = [];
  const port = await podThat((socket, all) => {
    seen[0] = all;
    if (all.includes('\r\n\r\n')) socket.write(ok);
  });
  expect(text(await send(port))).toBe(ok);
  expect(seen[0]?.equals(request)).toBe(true);
});

test.each([
  ['breaks off', 'pod_broke', (socket: Socket) => socket.destroy()],
  ['resets', 'pod_broke', (socket: Socket) => socket.resetAndDestroy()],
  ['ends in the middle', 'pod_broke', (socket: Socket) => socket.end(ok.slice(0, -1))],
  ['speaks something else', 'not_http', (socket: Socket) => socket.write('220 hello\r\n')],
  [
    'says too much',
    'answer_too_large',
    (socket: Socket) => socket.write(`HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(2 ** 20)}`),
  ],
])('a pod that %s: %s', async (_, error, answer) => {
  expect(text(await send(await podThat(answer)))).toBe(error);
});

test('a pod that is not there, and one that never answers', async () => {
  const server = await startRawServer();
  await server.close();
  expect(text(await send(server.port))).toBe('pod_refused');
  expect(text(await send(await podThat(() => {})))).toBe('pod_slow');
}, 20_000);

test('in TLS where the pod speaks it, in plain where it does not, and never unverified', async () => {
  const authority = createAuthority();
  const server = createSecureServer(authority.issue({ names: ['pricing'] }), (_, response) =>
    response.end('secret'),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUps.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  const tls = (ca: string): TlsServices =>
    ({
      credentials: () => ({ upstream: createSecureContext({ ca }), verifiesUpstream: true }),
    }) as unknown as TlsServices;
  expect(text(await send(port, tls(authority.ca)))).toContain('secret');
  expect(text(await send(port, tls(createAuthority().ca)))).toBe('pod_tls');
  const plain = await podThat((socket, all) => {
    if (all.includes('GET')) socket.write(ok);
    else socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
  });
  expect(text(await send(plain, tls(authority.ca)))).toBe(ok);
});
