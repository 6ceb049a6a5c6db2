import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect as connectTls, TLSSocket } from 'node:tls';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { detectMilliseconds } from '../../../src/agent/connection.ts';
import { openRawClient } from '../../support/raw-client.ts';
import { startRawServer } from '../../support/raw-server.ts';
import { until } from '../../support/until.ts';
import { rule, startAgent } from '../start-agent.ts';
import { makeCertificate } from './certificate.ts';
import { missing, newFolder } from './program.ts';

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const close of closers.splice(0).reverse()) await close();
});

const replies: readonly (readonly [command: RegExp, reply: string])[] = [
  [/^EHLO /, '250-mail.test\r\n250 STARTTLS\r\n'],
  [/^MAIL FROM:|^RCPT TO:/, '250 OK\r\n'],
  [/^DATA$/, '354 go on\r\n'],
  [/^\.$/, '250 taken\r\n'],
  [/^STARTTLS$/, '220 ready\r\n'],
  [/^QUIT$/, '221 bye\r\n'],
];

/** Answers the last complete line as a mail server does. */
const reply = (all: Buffer): string => {
  const text = all.toString('latin1');
  if (!text.endsWith('\r\n')) return '';
  const line = text.split('\r\n').at(-2) ?? '';
  return replies.find(([command]) => command.test(line))?.[1] ?? '';
};

const mailServer = async (greet: (socket: Socket) => void) => {
  const server = await startRawServer((socket, all) => {
    const text = reply(all);
    if (text !== '') socket.write(text);
    if (text.startsWith('221')) socket.end();
  }, greet);
  const agent = await startAgent(server.port);
  agent.rules(rule(server.port));
  closers.push(server.close, agent.server.close);
  return { server, agent };
};

const say = async (
  client: Awaited<ReturnType<typeof openRawClient>>,
  line: string,
  expected: string,
): Promise<void> => {
  const before = client.text().length;
  client.write(`${line}\r\n`);
  await client.until((text) => text.slice(before).endsWith(expected));
};

describe('a server that speaks first', () => {
  test('a mail, from the greeting to the end', async () => {
    const { server, agent } = await mailServer((socket) => void socket.write('220 mail.test\r\n'));
    const client = await openRawClient(agent.port);
    await client.until((text) => text === '220 mail.test\r\n');
    await say(client, 'EHLO me', '250 STARTTLS\r\n');
    await say(client, 'MAIL FROM:<a@a.test>', '250 OK\r\n');
    await say(client, 'RCPT TO:<b@b.test>', '250 OK\r\n');
    await say(client, 'DATA', '354 go on\r\n');
    const mail = 'Subject: GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n';
    client.write(`${mail}${'x'.repeat(70)}\r\n`.repeat(20_000));
    await say(client, '.', '250 taken\r\n');
    await say(client, 'QUIT', '221 bye\r\n');
    expect(await client.closed).toBe('end');
    expect(server.received[0]?.toString()).toContain(mail);
    expect(agent.table.of(server.port)?.seen).toBe(0);
    client.socket.destroy();
  });

  test('also when its greeting takes longer than the time limit of detection', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { server, agent } = await mailServer(() => {});
    const client = await openRawClient(agent.port);
    await turnsUntil(() => server.sockets.length === 1);
    vi.advanceTimersByTime(detectMilliseconds * 3);
    server.sockets[0]?.write('220 mail.test\r\n');
    await client.until((text) => text === '220 mail.test\r\n');
    await say(client, 'EHLO me', '250 STARTTLS\r\n');
    client.socket.destroy();
  });

  test('a command that came before the greeting waits for it', async () => {
    const { server, agent } = await mailServer(() => {});
    const client = await openRawClient(agent.port);
    client.write('EHLO me\r\n');
    await until(() => server.received[0]?.toString() === 'EHLO me\r\n');
    server.sockets[0]?.write('220 mail.test\r\n');
    await client.until((text) => text.endsWith('220 mail.test\r\n'));
    client.socket.destroy();
  });

  test('half a line is spliced when the time limit of detection is over, and not before', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { server, agent } = await mailServer(() => {});
    const client = await openRawClient(agent.port);
    await turnsUntil(() => server.sockets.length === 1);
    client.write('EHLO');
    await turnsUntil(() => vi.getTimerCount() > 0);
    vi.advanceTimersByTime(detectMilliseconds - 1);
    await turns(20);
    expect(server.received[0]?.toString()).toBe('');
    vi.advanceTimersByTime(1);
    await turnsUntil(() => server.received[0]?.toString() === 'EHLO');
    client.socket.destroy();
  });

  const skipped = missing('openssl');
  test.skipIf(skipped !== '')(`TLS in the middle of a connection${skipped}`, async () => {
    const { path, remove } = newFolder();
    closers.push(remove);
    const { key, cert } = await makeCertificate(path, 'mail.test');
    let secret = '';
    const server = await startRawServer(
      (socket, all) => {
        if (!all.toString('latin1').endsWith('STARTTLS\r\n')) return;
        socket.removeAllListeners('data');
        socket.write('220 ready\r\n', () => {
          const tls = new TLSSocket(socket, { isServer: true, key, cert });
          tls.on('data', (bytes: Buffer) => {
            secret += bytes.toString();
            if (secret.endsWith('EHLO again\r\n')) tls.write('250 in secret\r\n');
          });
        });
      },
      (socket) => void socket.write('220 mail.test\r\n'),
    );
    const agent = await startAgent(server.port);
    closers.push(server.close, agent.server.close);
    const client = await openRawClient(agent.port);
    await client.until((text) => text === '220 mail.test\r\n');
    await say(client, 'STARTTLS', '220 ready\r\n');
    client.socket.removeAllListeners('data');
    const tls = connectTls({ socket: client.socket, ca: cert, servername: 'mail.test' });
    await once(tls, 'secureConnect');
    tls.write('EHLO again\r\n');
    const [bytes] = (await once(tls, 'data')) as [Buffer];
    expect(bytes.toString()).toBe('250 in secret\r\n');
    expect(server.received[0]?.toString('latin1')).not.toContain('EHLO again');
    tls.destroy();
  });
});

const turns = async (count: number): Promise<void> => {
  for (let left = count; left > 0; left--) await new Promise((resolve) => setImmediate(resolve));
};

// With timers that stand still nothing can wait for a time.
const turnsUntil = async (satisfied: () => boolean): Promise<void> => {
  for (let left = 100_000; !satisfied(); left--) {
    if (left === 0) throw new Error('It did not come about.');
    await turns(1);
  }
};
