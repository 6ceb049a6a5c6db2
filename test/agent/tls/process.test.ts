import { rmSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { afterEach, expect, test } from 'vitest';
import { endAll, run, start } from '../../cli/processes/process.ts';
import { makeCertificate } from '../../support/certificate.ts';
import { until } from '../../support/until.ts';
import { authority, endWorld, http1, newFolder, openTls, replace, startTlsPod } from './world.ts';

afterEach(endWorld);
afterEach(endAll);

const environment = { PATH: process.env['PATH'], BYWAY_TOKEN: 'planted-token' };

const filesIn = (folder: string) => {
  const [cert, key] = [join(folder, 'tls.crt'), join(folder, 'tls.key')];
  const certified = makeCertificate(authority);
  replace(cert, certified.cert);
  replace(key, certified.key);
  return { cert, key, flags: ['--tls-cert', cert, '--tls-key', key] };
};

const argumentsFor = (upstream: number, ...more: readonly string[]): readonly string[] => [
  ...['--workload', 'pricing', '--manager', 'http://127.0.0.1:1'],
  ...['--listen', '127.0.0.1:0', '--upstream', `127.0.0.1:${upstream}`, ...more],
];

const startAgent = async (upstream: number, ...more: readonly string[]) => {
  const agent = start('byway-agent', argumentsFor(upstream, ...more), { environment });
  await agent.says('"ready"');
  const ready = JSON.parse(agent.stdout()) as { listen: readonly string[]; admin: string };
  return { agent, port: Number(ready.listen[0]?.split(':')[1]), admin: ready.admin };
};

const asks = async (port: number): Promise<string> => {
  const client = await openTls(port);
  client.write('GET /a HTTP/1.1\r\nHost: a\r\n\r\n');
  return await client.until((text) => text.endsWith('pod /a'));
};

test('the program ends TLS, shows it in its metrics, and says what is wrong with new files', async () => {
  const pod = await startTlsPod(http1('pod'));
  const { cert, flags } = filesIn(newFolder());
  const { agent, port, admin } = await startAgent(pod.port, ...flags, '--admin', '127.0.0.1:0');
  await asks(port);
  const metrics = async (): Promise<string> =>
    await (await fetch(`http://${admin}/metrics`)).text();
  const text = await metrics();
  for (const line of [
    'byway_agent_tls_handshakes_total{side="caller"} 1',
    'byway_agent_tls_handshakes_total{side="upstream"} 1',
    'byway_agent_tls_handshake_failures_total{side="caller",reason="hello"} 0',
    'byway_agent_tls_handshake_failures_total{side="upstream",reason="certificate"} 0',
    'byway_agent_tls_reload_failures_total 0',
  ]) {
    expect(text).toContain(`\n${line}\n`);
  }
  const [, expiry] =
    /\nbyway_agent_tls_certificate_expiry_seconds\{side="caller"\} (\d+)\n/.exec(text) ?? [];
  expect(Math.abs(Number(expiry) - Date.now() / 1000 - 30 * 24 * 3600)).toBeLessThan(600);
  replace(cert, 'nonsense');
  await agent.says('those before stay in use');
  expect(await metrics()).toContain('\nbyway_agent_tls_reload_failures_total 1\n');
  await asks(port);
  agent.child.kill('SIGTERM');
  expect(await agent.ended).toBe(0);
});

test.each([
  ['no file', (files: { cert: string; key: string }) => rmSync(files.cert), 'ENOENT'],
  [
    'nonsense',
    (files: { cert: string; key: string }) => replace(files.key, 'planted-key'),
    '--tls-key is no private key',
  ],
])('%s at the start is said in one sentence', async (_, spoil, message) => {
  const files = filesIn(newFolder());
  spoil(files);
  const { code, stdout, stderr } = await run('byway-agent', argumentsFor(1, ...files.flags), {
    environment,
  });
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^✗ TLS can't be served: /);
  expect(stderr).toContain(message);
  expect(stderr).not.toContain('planted');
});

test('the program outlives hundreds of callers and pods that break off in every way', async () => {
  let [turn, calm] = [0, false];
  const pod = await startTlsPod((socket, all) => {
    turn += 1;
    if (turn % 5 === 0 && !calm) socket.destroy();
    else if (turn % 7 === 0 && !calm) socket.end('HTTP/1.1 200 OK\r\n\r\nhalf');
    else http1('pod')(socket, all);
  });
  const { flags } = filesIn(newFolder());
  const { agent, port, admin } = await startAgent(pod.port, ...flags, '--admin', '127.0.0.1:0');
  const body = Buffer.alloc(300_000, 'x');
  const abrupt = (index: number): Promise<void> =>
    new Promise((resolve) => {
      const socket = connectTcp(port, '127.0.0.1');
      socket.on('error', () => {});
      const client = connectTls({ socket, servername: 'localhost', ca: authority.cert });
      client.on('error', () => {});
      client.once('close', () => resolve());
      const leave = (): void => {
        if (index % 4 === 0) socket.resetAndDestroy();
        else if (index % 4 === 1) socket.end();
        else if (index % 4 === 2) client.end();
        else client.destroy();
        setTimeout(() => client.destroy(), 200);
      };
      if (index % 3 === 0) {
        let bytes = 0;
        socket.on('data', (data) => {
          bytes += data.length;
          if (bytes > (index * 37) % 1500) leave();
        });
      } else {
        client.once('secureConnect', () => {
          client.write(`POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n`);
          client.write(body);
          setTimeout(leave, index % 9);
        });
      }
      setTimeout(() => client.destroy(), 1_000);
    });
  for (let round = 0; round < 10; round++) {
    await Promise.all(Array.from({ length: 40 }, (_, index) => abrupt(round * 40 + index)));
  }
  calm = true;
  expect(agent.child.exitCode).toBeNull();
  expect(await asks(port)).toContain('pod /a');
  await until(async () => {
    const text = await (await fetch(`http://${admin}/metrics`)).text();
    return /\nbyway_agent_connections [01]\n/.test(text);
  }, 'the end of all connections');
  expect(agent.stderr()).not.toMatch(/assert|Error:|planted/i);
});

test('the program outlives callers who stop reading and send garbage when the end is due', async () => {
  const pod = await startTlsPod((socket, all) => {
    const size = Number(/^GET \/(\d+)/.exec(all())?.[1] ?? 0);
    if (size === 0 || !all().endsWith('\r\n\r\n')) return;
    socket.write('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n');
    socket.end(Buffer.alloc(size, 'x'));
  });
  const { flags } = filesIn(newFolder());
  const { agent, port, admin } = await startAgent(pod.port, ...flags, '--admin', '127.0.0.1:0');
  const metric = async (name: string): Promise<number> => {
    const text = await (await fetch(`http://${admin}/metrics`)).text();
    return Number(new RegExp(`\\n${name} (\\d+)`).exec(text)?.[1]);
  };
  const written = (): Promise<number> =>
    metric('byway_agent_bytes_total{direction="out"}'.replace(/[{}]/g, '\\$&'));
  const rubbish = [
    Buffer.from([0x17, 3, 3, 0, 40, ...Buffer.alloc(40, 9)]),
    Buffer.from([0x15, 3, 3, 0, 2, 2, 40]),
    Buffer.alloc(2_000, 7),
  ];
  for (let size = 64 * 1024; size < 9e6; size *= 1.6) {
    await Promise.all(
      rubbish.map(async (bytes) => {
        const socket = connectTcp(port, '127.0.0.1');
        socket.on('error', () => {});
        const client = await openTls(port, { socket });
        client.socket.pause();
        client.write(`GET /${Math.round(size)} HTTP/1.1\r\nHost: a\r\n\r\n`);
        socket.pause();
        // Until nothing more fits on the way to a caller who does not read.
        for (let before = -1, now = await written(); now !== before; now = await written()) {
          before = now;
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        socket.write(bytes);
        client.socket.resume();
        socket.resume();
        await client.closed;
        socket.destroy();
      }),
    );
  }
  await until(async () => (await metric('byway_agent_connections')) === 0, 'the end of all');
  expect(agent.child.exitCode).toBeNull();
  expect(agent.stderr()).not.toMatch(/assert|Error:/i);
});
