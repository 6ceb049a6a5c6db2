import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const built = new URL('../../dist/tunnel/', import.meta.url);
const run = promisify(execFile);

/**
 * A server whose connections are so full of earlier bytes that the 101 can't be written at once: a
 * session attached too early ends the process with a native assertion, which no test could catch.
 */
const program = (accept: string): string => `
import { createServer, request } from 'node:http';
import { acceptTunnel } from '${built.href}accept.js';
import { openRelayToLaptop } from '${built.href}relay-end.js';
import { serveLaptopEnd } from '${built.href}laptop-end.js';
const server = createServer();
server.on('upgrade', async (_request, socket, head) => {
  socket.write('HTTP/1.1 100 Continue\\r\\n\\r\\n'.repeat(300_000));
  const end = openRelayToLaptop(${accept});
  const answer = await end.connect('ic_a');
  console.log(JSON.stringify(answer));
  process.exit();
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address();
  const headers = { connection: 'Upgrade', upgrade: 'byway-tunnel/1' };
  const asked = request({ port, host: '127.0.0.1', method: 'POST', headers });
  asked.on('upgrade', (_answer, socket, head) => {
    if (head.length > 0) socket.unshift(head);
    serveLaptopEnd(socket, ({ stream }) =>
      stream.respond({ ':status': 503, 'x-byway-refused': 'local_refused' }, { endStream: true }));
  });
  asked.end();
});
`;

const outcomeOf = async (accept: string): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'byway-accept-'));
  try {
    const file = join(folder, 'server.mjs');
    await writeFile(file, program(accept));
    const { stdout } = await run(process.execPath, [pathToFileURL(file).pathname], {
      timeout: 20_000,
    });
    return stdout;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

test('a tunnel is attached only when the 101 is written', async () => {
  const stdout = await outcomeOf('await acceptTunnel(socket, head)');
  expect(JSON.parse(stdout)).toEqual({ ok: false, reason: 'local_refused' });
});

test('which matters: attached at once, the process dies', async () => {
  await expect(outcomeOf('(acceptTunnel(socket, head), socket)')).rejects.toMatchObject({
    stderr: expect.stringContaining('is_write_in_progress'),
  });
});
