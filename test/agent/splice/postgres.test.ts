import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../../support/until.ts';
import { rule, startAgent, type TestAgent } from '../start-agent.ts';
import { makeCertificate } from './certificate.ts';
import {
  freePort,
  missing,
  newFolder,
  type Ran,
  run,
  startProgram,
  unprivileged,
} from './program.ts';

const skipped = missing('initdb', 'postgres', 'psql', 'openssl');

describe.skipIf(skipped !== '')(`PostgreSQL behind the agent${skipped}`, () => {
  const closers: (() => Promise<void> | void)[] = [];
  let agent: TestAgent;
  let port: number;

  const psql = (
    statement: string,
    mode: string,
    to: number = agent.port,
    more: Parameters<typeof run>[2] = {},
  ): Promise<Ran> =>
    run(
      'psql',
      ['-XAtq', '-h', '127.0.0.1', '-p', String(to), '-U', 'byway', 'postgres', '-c', statement],
      { ...more, env: { PGSSLMODE: mode, PGCONNECT_TIMEOUT: '10' } },
    );

  beforeAll(async () => {
    const account = unprivileged();
    const { path, remove } = newFolder(account);
    closers.push(remove);
    const { keyFile, certFile } = await makeCertificate(path, 'postgres', account);
    const data = `${path}/data`;
    const made = await run(
      'initdb',
      ['-D', data, '-U', 'byway', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
      { account },
    );
    if (made.code !== 0) throw new Error(`initdb failed: ${made.stderr}`);
    port = await freePort();
    const settings = [
      ...['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off', 'ssl=on'],
      ...[`ssl_key_file=${keyFile}`, `ssl_cert_file=${certFile}`],
    ].flatMap((setting) => ['-c', setting]);
    closers.push(startProgram('postgres', ['-D', data, '-p', String(port), ...settings], account));
    agent = await startAgent(port);
    agent.rules(rule(port));
    closers.push(agent.server.close);
    const isUp = async (): Promise<boolean> => (await psql('select 1', 'disable', port)).code === 0;
    await until(isUp, 'PostgreSQL');
  });
  afterAll(async () => {
    for (const close of closers.reverse()) await close();
  });

  test.each([
    ['plain', 'disable', 'f'],
    ['plain, though TLS would do', 'allow', 'f'],
    ['TLS after asking for it', 'require', 't'],
  ])('answers a question: %s', async (_, mode, ssl) => {
    const question = 'select ssl from pg_stat_ssl where pid = pg_backend_pid()';
    expect(await psql(question, mode)).toEqual({ stdout: `${ssl}\n`, stderr: '', code: 0 });
  });

  test.each(['disable', 'require'])('gives back 8 MB as they are: sslmode %s', async (mode) => {
    const rows = 'select i, repeat(md5(i::text), 8) from generate_series(1, 30000) i';
    const [through, direct] = [await psql(rows, mode), await psql(rows, mode, port)];
    expect(through.stdout.length).toBeGreaterThan(7_500_000);
    expect(through.stdout === direct.stdout).toBe(true);
  });

  test.each(['disable', 'require'])('takes in 5 MB as they are: sslmode %s', async (mode) => {
    const input = Array.from({ length: 500_000 }, (_, index) => `${index + 1}\n`).join('');
    const table = `taken_${mode}`;
    await psql(`create table ${table} (i int)`, mode);
    expect((await psql(`copy ${table} from stdin`, mode, agent.port, { input })).stderr).toBe('');
    const sums = await psql(`select count(*), sum(i::bigint) from ${table}`, mode);
    expect(sums.stdout).toBe('500000|125000250000\n');
  });

  test('cancels a question by a connection of its own', async () => {
    const sleeping = "select count(*) from pg_stat_activity where query like 'select pg_sleep%'";
    const cancelled = psql('select pg_sleep(60)', 'disable', agent.port, {
      started: (child) =>
        void until(async () => (await psql(sleeping, 'disable', port)).stdout === '1\n').then(() =>
          child.kill('SIGINT'),
        ),
    });
    expect((await cancelled).stderr).toContain('canceling statement due to user request');
  });

  test('many at once, none of them counted as a request', async () => {
    const all = Array.from({ length: 12 }, (_, index) => psql(`select ${index}`, 'prefer'));
    const answers = (await Promise.all(all)).map(({ stdout }) => stdout);
    expect(answers).toEqual(all.map((_, index) => `${index}\n`));
    expect(agent.table.of(port)?.seen).toBe(0);
  });
});
