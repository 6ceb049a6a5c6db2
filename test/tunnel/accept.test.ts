import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { Transport } from '../../src/tunnel/carrier.ts';
import { selfSigned } from '../support/authority.ts';

const built = new URL('../../dist/tunnel/', import.meta.url);
const run = promisify(execFile);

/**
 * A server whose connections are so full of earlier bytes that the 101 can't be written at once: a
 * session attached too early ends the process with a native assertion, which no test could catch.
 */
const program = (transport: Transport, end: string): string => `
import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { createServer } from 'node:${transport === 'tls' ? 'https' : 'http'}';
import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { WebSocketStream } from '${built.href}web-socket-stream.js';
import { acceptTunnel } from '${built.href}accept.js';
import { acceptWebSocket } from '${built.href}accept-web-socket.js';
import { openRelayToLaptop } from '${built.href}relay-end.js';
import { refuseArrival } from '${built.href}arrivals.js';
import { openWebSocket } from '${built.href}open-web-socket.js';
import { serveLaptopEnd } from '${built.href}laptop-end.js';
import { upgrade } from '${built.href}upgrade.js';
const server = createServer(${JSON.stringify(certificate)});
server.on('upgrade', async (request, socket, head) => {
  socket.write('HTTP/1.1 100 Continue\\r\\n\\r\\n'.repeat(300_000));
  const end = ${end};
  const answer = await end.connect('ic_a');
  console.log(JSON.stringify(answer));
  process.exit();
});
server.listen(0, '127.0.0.1', async () => {
  const { port } = server.address();
  const tls = ${transport === 'tls'};
  const socket = tls ? connectTls({ port, host: '127.0.0.1', ca: ${JSON.stringify(certificate.cert)} , checkServerIdentity: () => undefined }) : connectTcp(port, '127.0.0.1');
  await once(socket, tls ? 'secureConnect' : 'connect');
  const url = new URL('http://127.0.0.1:' + port + '/v1/tunnels');
  const signal = new AbortController().signal;
  const open = ${transport === 'websocket'} ? openWebSocket : upgrade;
  const carrier = await open(socket, { url, headers: {}, signal });
  serveLaptopEnd(carrier, (arrival) => refuseArrival(arrival, 'local_refused'));
});
`;

const certificate = selfSigned({ names: ['127.0.0.1'] });

const outcomeOf = async (
  accept: string,
  transport: Transport,
  end = `openRelayToLaptop(${accept})`,
): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'byway-accept-'));
  try {
    const file = join(folder, 'server.mjs');
    await writeFile(file, program(transport, end));
    const { stdout } = await run(process.execPath, [pathToFileURL(file).pathname], {
      timeout: 20_000,
    });
    return stdout;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

test.each([
  ['tcp', 'await acceptTunnel(socket, head)'],
  ['tls', 'await acceptTunnel(socket, head)'],
  ['websocket', 'await acceptWebSocket(request, socket, head, 1)'],
] as const)(
  'over %s a tunnel is attached only when the 101 is written',
  async (transport, accept) => {
    expect(JSON.parse(await outcomeOf(accept, transport))).toEqual({
      ok: false,
      reason: 'local_refused',
    });
  },
);

test.each(['tcp', 'tls'] as const)(
  'over %s our own end waits for its turn when it is attached at once',
  async (transport) => {
    const accept = '(acceptTunnel(socket, head), socket)';
    expect(JSON.parse(await outcomeOf(accept, transport))).toEqual({
      ok: false,
      reason: 'local_refused',
    });
  },
);

test.each(['tcp', 'tls'] as const)(
  'which matters to Node’s own HTTP/2: over %s, attached at once, the process dies',
  async (transport) => {
    // It never answers: the process is over before.
    const node = `{ connect: () => {
      connectHttp2('http://byway', { createConnection: () => socket });
      return new Promise(() => {});
    } }`;
    await expect(
      outcomeOf('socket', transport, `(acceptTunnel(socket, head), ${node})`),
    ).rejects.toMatchObject({
      stderr: expect.stringMatching(/is_write_in_progress|current_write_/),
    });
  },
);
