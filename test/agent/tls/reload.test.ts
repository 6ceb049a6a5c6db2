import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { Agent, get } from 'node:https';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { startTls } from '../../../src/agent/tls/start.ts';
import { type Certified, makeAuthority, makeCertificate } from '../../support/certificate.ts';
import { until } from '../../support/until.ts';
import { startAgent } from '../start-agent.ts';
import {
  afterwards,
  answer,
  authority,
  endWorld,
  http1,
  newFolder,
  openTls,
  replace,
  startTlsAgent,
  startTlsPod,
  type TlsAgent,
} from './world.ts';

afterEach(endWorld);

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const named = (name: string): Certified =>
  makeCertificate(authority, { names: [name, 'localhost'] });

/** Whose certificate a new caller is shown. */
const shown = async (port: number): Promise<string> => {
  const { socket } = await openTls(port);
  const name = socket.getPeerCertificate().subject.CN;
  socket.destroy();
  return String(name);
};

const world = async (first: string): Promise<TlsAgent> => {
  const pod = await startTlsPod(http1('pod'));
  return await startTlsAgent(pod.port, { certified: named(first) });
};

test('new callers get the new certificate, and who is there goes on', async () => {
  const agent = await world('one');
  const old = await openTls(agent.port);
  old.write('GET /a HTTP/1.1\r\nHost: a\r\n\r\n');
  await old.until((text) => text.endsWith('pod /a'));
  const two = named('two');
  replace(agent.files.cert, two.cert);
  replace(agent.files.key, two.key);
  await until(async () => (await shown(agent.port)) === 'two');
  old.write('GET /b HTTP/1.1\r\nHost: a\r\n\r\n');
  await old.until((text) => text.endsWith('pod /b'));
  expect(agent.tls.reloaded().reloads).toBe(1);
});

test.each<readonly [string, (agent: TlsAgent) => void]>([
  ['no certificate', ({ files }) => replace(files.cert, 'half of a certif')],
  ['half of one', ({ files }) => replace(files.cert, named('two').cert.slice(0, 300))],
  ['nothing', ({ files }) => replace(files.cert, '')],
  [
    'too much',
    ({ files }) => replace(files.cert, `${named('two').cert}${'#'.repeat(1024 * 1024)}`),
  ],
  ['another key', ({ files }) => replace(files.key, named('two').key)],
  ['no key', ({ files }) => replace(files.key, `-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n`)],
  ['no file at all', ({ files }) => rmSync(files.key)],
  [
    'a folder',
    ({ files }) => {
      rmSync(files.key);
      mkdirSync(files.key);
    },
  ],
])('%s: the one before stays, and it is said and counted once', async (_, spoil) => {
  const agent = await world('one');
  spoil(agent);
  await until(() => agent.tls.reloaded().failures === 1);
  // Long enough for the files to be looked at many times.
  for (let times = 0; times < 20; times++) expect(await shown(agent.port)).toBe('one');
  expect(agent.tls.reloaded()).toEqual({ reloads: 0, failures: 1 });
  expect(agent.warned).toHaveLength(1);
  expect(agent.warned[0]?.message).toContain('those before stay in use');
  expect(JSON.stringify(agent.warned)).not.toMatch(/BEGIN|c2VjcmV0|half of a/);
  const three = named('three');
  rmSync(agent.files.key, { recursive: true, force: true });
  replace(agent.files.cert, three.cert);
  replace(agent.files.key, three.key);
  await until(async () => (await shown(agent.port)) === 'three');
});

test('an expired one is used, because it was given, and that is said', async () => {
  const agent = await world('one');
  const over = makeCertificate(authority, { names: ['localhost'], expired: true });
  replace(agent.files.cert, over.cert);
  replace(agent.files.key, over.key);
  await until(() =>
    agent.warned.some(({ message }) => message === 'the TLS certificate has expired'),
  );
  await expect(openTls(agent.port)).rejects.toThrow('expired');
  expect(agent.tls.credentials().expiry.server).toBeLessThan(Date.now());
});

test('the authority for callers changes with its file', async () => {
  const [before, after] = [makeAuthority('before'), makeAuthority('after')];
  const pod = await startTlsPod(http1('pod'));
  const agent = await startTlsAgent(pod.port, { clientCa: before.cert });
  const isServed = async (certified: Certified): Promise<boolean> => {
    const client = await openTls(agent.port, { cert: certified.cert, key: certified.key }).catch(
      () => undefined,
    );
    client?.write('GET /a HTTP/1.1\r\nHost: a\r\n\r\n');
    return (
      (await client?.until((text) => text.endsWith('pod /a')).catch(() => undefined)) !== undefined
    );
  };
  const [old, young] = [makeCertificate(before), makeCertificate(after)];
  expect([await isServed(old), await isServed(young)]).toEqual([true, false]);
  replace(agent.files.cert.replace('tls.crt', 'client-ca'), after.cert);
  await until(() => agent.tls.reloaded().reloads === 1);
  expect([await isServed(old), await isServed(young)]).toEqual([false, true]);
});

describe('under load no request fails', () => {
  const load = async (port: number, change: (round: number) => void, current: () => string) => {
    const failures: unknown[] = [];
    const seen = new Set<string>();
    let [done, stop] = [0, false];
    const ask = (agent: Agent): Promise<void> =>
      new Promise((resolve, reject) => {
        const request = get(
          { port, host: 'localhost', family: 4, agent, path: '/a' },
          (response) => {
            response.resume().once('end', resolve).once('error', reject);
          },
        );
        request.once('error', reject);
        request.once('socket', (socket) =>
          socket.once('secureConnect', () => {
            const { getPeerCertificate } = socket as unknown as {
              getPeerCertificate: () => unknown;
            };
            const peer = getPeerCertificate.call(socket) as { subject?: { CN: string } };
            if (peer.subject !== undefined) seen.add(peer.subject.CN);
          }),
        );
      });
    const loops = Array.from({ length: 6 }, async (_, index) => {
      while (!stop) {
        // One in three keeps its connection, the others make new ones all the time.
        const agent = new Agent({ keepAlive: index % 3 === 0, maxSockets: 1, ca: authority.cert });
        for (let times = 0; times < 5; times++) {
          await ask(agent).catch((error) => failures.push(error));
          done += 1;
        }
        agent.destroy();
      }
    });
    for (let round = 0; round < 4; round++) {
      change(round);
      await until(() => seen.has(current()), `certificate ${round}`);
    }
    stop = true;
    await Promise.all(loops);
    return { failures, done };
  };

  const answers = () =>
    startTlsPod((socket, all) => {
      if (all().endsWith('\r\n\r\n')) socket.write(answer('ok'));
      socket.once('end', () => socket.end());
    });

  test('while the files are renamed into place', async () => {
    const pod = await answers();
    const agent = await startTlsAgent(pod.port, { certified: named('start') });
    const result = await load(
      agent.port,
      (round) => {
        const next = named(`name${round}`);
        current = `name${round}`;
        replace(agent.files.cert, next.cert);
        replace(agent.files.key, next.key);
      },
      () => current,
    );
    expect(result.failures).toEqual([]);
    expect(result.done).toBeGreaterThan(20);
  });
  let current = '';

  test('while a symbolic link to their folder is turned, as Kubernetes does', async () => {
    const folder = newFolder();
    const put = (round: number): void => {
      const next = named(`name${round}`);
      current = `name${round}`;
      const place = join(folder, `..2026_${round}`);
      mkdirSync(place);
      writeFileSync(join(place, 'tls.crt'), next.cert);
      writeFileSync(join(place, 'tls.key'), next.key);
      symlinkSync(`..2026_${round}`, join(folder, '..data_tmp'), 'junction');
      renameSync(join(folder, '..data_tmp'), join(folder, '..data'));
    };
    put(-1);
    for (const name of ['tls.crt', 'tls.key'])
      symlinkSync(join('..data', name), join(folder, name));
    const pod = await answers();
    const files = { cert: join(folder, 'tls.crt'), key: join(folder, 'tls.key') };
    const none = { clientCa: undefined, upstreamCa: undefined, upstream: undefined };
    const tls = await startTls({ ...files, ...none }, silent, 20);
    afterwards(tls.stop);
    const agent = await startAgent(pod.port, undefined, undefined, tls);
    afterwards(agent.server.close);
    const result = await load(agent.port, put, () => current);
    expect(result.failures).toEqual([]);
    expect(result.done).toBeGreaterThan(20);
  });
});
