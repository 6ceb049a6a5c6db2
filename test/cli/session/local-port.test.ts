import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { localPort } from '../../../src/cli/session/local-port.ts';
import { until } from '../../support/until.ts';
import { afterwards, cleanUp } from '../folder.ts';

// The table of connections in /proc tells how often the system has asked.
const inLinux = test.skipIf(process.platform !== 'linux');

/** An app that is there and accepts nothing until it is let go, with a queue of one. */
const startBusyApp = async () => {
  const code = `const server = require('node:net').createServer((socket) => socket.on('error', () => {}));
    server.listen(0, '127.0.0.1', 1, () => console.log(server.address().port));`;
  const child = spawn(process.execPath, ['-e', code]);
  afterwards(() => child.kill('SIGKILL'));
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const port = Number(line.toString());
  child.kill('SIGSTOP');
  return { port, go: () => child.kill('SIGCONT') };
};

/** For each connection to a port that is not there yet: how often it was asked for again. */
const askedAgain = async (port: number): Promise<readonly number[]> => {
  const remote = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const lines = (await readFile('/proc/net/tcp', 'latin1')).trim().split('\n').slice(1);
  return lines
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , to = '', state]) => to.endsWith(remote) && state === '02')
    .map((columns) => Number.parseInt(columns[6] ?? '', 16));
};

inLinux(
  'an app whose queue is full is waited for, also when the first try again fails',
  async () => {
    const app = await startBusyApp();
    const fillers = Array.from({ length: 8 }, () => connect(app.port, '127.0.0.1'));
    for (const filler of fillers) {
      filler.on('error', () => {});
      afterwards(() => filler.destroy());
    }
    await until(async () => (await askedAgain(app.port)).length > 0, 'a full queue');
    for (const filler of fillers) if (filler.connecting) filler.destroy();
    const connecting = localPort(app.port).connect();
    await until(
      async () => (await askedAgain(app.port)).some((times) => times >= 1),
      'a try again',
    );
    app.go();
    const wire = await connecting;
    expect(wire.isClosed).toBe(false);
    wire.stream.destroy();
    await cleanUp();
  },
);

test('a port that nobody listens on is refused at both addresses at once', async () => {
  await expect(localPort(1).connect()).rejects.toThrow('ECONNREFUSED');
});
