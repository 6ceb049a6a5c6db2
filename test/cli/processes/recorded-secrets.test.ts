import { readdir, readFile } from 'node:fs/promises';
import { request as requestHttp } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../../support/until.ts';
import { cleanUp, newFolder } from '../folder.ts';
import { endAll } from './process.ts';
import { startTwoApps, type TwoApps } from './two-apps.ts';

let apps: TwoApps;
let temporary: string;
beforeAll(async () => {
  temporary = await newFolder();
  apps = await startTwoApps([
    '--redact-json',
    '$.customer.iban_number',
    '--redact-header',
    'x-mail',
  ]);
});
afterAll(async () => {
  await cleanUp();
  await endAll();
});

const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJwbGFudGVkIjoxfQ.c2lnbmF0dXJl';

/** Each stands at one place of the request, and the app says all of it again in its answer. */
const planted = {
  authorization: 'planted-authorization-01',
  cookie: 'planted-cookie-03',
  apiKey: 'planted-api-key-04',
  mail: 'planted-mail@example.com',
  query: 'planted-query-05',
  queryKey: 'planted-query-key-06',
  password: 'planted-password-07',
  nested: 'planted-nested-08',
  configured: 'planted-iban-09',
  basic: 'planted-basic-10',
  form: 'planted-form-11',
  setCookie: 'set-cookie-planted-5555',
  jwt,
};

const basic = Buffer.from(`mia:${planted.basic}`).toString('base64');

const sendAll = async (): Promise<void> => {
  const { send, world } = apps;
  const { key } = world;
  const headers = {
    authorization: `Bearer ${planted.authorization}`,
    'proxy-authorization': `Basic ${basic}`,
    cookie: `sid=${planted.cookie}; theme=dark`,
    'x-api-key': planted.apiKey,
    'x-mail': planted.mail,
    baggage: `a=1,byway=${key};p=1`,
    'x-note': `seen ${jwt} and ${key}`,
  };
  const query = `?access_token=${planted.query}&key=${planted.queryKey}&k=${key}&again=${planted.authorization}`;
  await send(`/echo${query}`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({
      password: planted.password,
      list: [{ clientSecret: planted.nested }],
      customer: { iban_number: planted.configured },
      note: `${key} ${planted.cookie} ${jwt}`,
    }),
  });
  await send(`/path/${key}/${planted.authorization}${query}`, { headers });
  await send('/echo', {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
    body: `name=mia&password=${planted.form}`,
  });
};

/** All that a session says on its control socket, unasked for secrets. */
const control = (socket: string, path: string, method = 'GET', body = ''): Promise<string> =>
  new Promise((resolve, reject) => {
    const headers = { 'x-byway-control': '1' };
    const request = requestHttp({ socketPath: socket, path, method, headers }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve(text));
    });
    request.on('error', reject);
    request.end(body);
  });

const filesOf = async (folder: string): Promise<string> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const texts = files.map((entry) => readFile(join(entry.parentPath, entry.name), 'latin1'));
  return (await Promise.all(texts)).join('\n');
};

test('planted tokens, cookies and keys are in nothing that is written, shown or answered', async () => {
  const { world, you } = apps;
  const outputs: string[] = [];
  const say = async (...args: readonly string[]): Promise<void> => {
    const ended = await world.byway(args, { TMPDIR: temporary });
    outputs.push(ended.stdout, ended.stderr);
  };
  const foreground = world.startByway([
    ...['intercept', 'pricing', '--port', String(you.port), '--http-header', 'x-other=1'],
  ]);
  await foreground.says('ready in');
  const json = world.startByway([
    ...['intercept', 'pricing', '--port', String(you.port), '--http-header', 'x-other=2', '--json'],
  ]);
  await json.says('"ready"');
  const folder = join(world.environment['BYWAY_CONFIG_DIR'] ?? '', 'sessions');
  const file = (await readdir(folder)).filter((name) => name.endsWith('.json'));
  const sessions = await Promise.all(
    file.map(async (name) => JSON.parse(await readFile(join(folder, name), 'utf8'))),
  );
  const background = sessions.find(({ log }) => log !== null);
  const following = world.startByway(['inspect', background.id, '--follow', '--json']);
  await until(async () => {
    await apps.send('/begin');
    return following.stdout().split('/begin').length > 12;
  });
  await sendAll();
  for (const other of ['1', '2']) {
    await fetch(`http://127.0.0.1:${world.agentPort}/echo?token=${planted.query}`, {
      headers: { 'x-other': other, authorization: `Bearer ${planted.authorization}` },
    });
  }
  await until(() => following.stdout().includes('/echo'), 'the events');
  await foreground.says('/echo?token=');
  await json.says('/echo?token=');
  const { requests } = JSON.parse(await control(background.socket, '/requests'));
  const ids = requests
    .filter(({ path }: { readonly path: string }) => !path.startsWith('/begin'))
    .map(({ id }: { readonly id: string }) => id);
  expect(ids).toHaveLength(3);
  await say('inspect');
  await say('inspect', '--json');
  for (const id of ids) {
    const name = `${background.id}/${id}`;
    await say('inspect', name);
    await say('inspect', name, '--json');
    await say('replay', name);
    await say('replay', name, '--json');
    await say('replay', name, '--against', 'cluster', '--unsafe', '--json');
    await say('diff', name, '--unsafe');
    await say('diff', name, '--unsafe', '--json');
    outputs.push(await control(background.socket, `/requests/${id}`));
    const body = JSON.stringify({ against: 'local', unsafe: false });
    outputs.push(await control(background.socket, `/requests/${id}/replay`, 'POST', body));
  }
  const names = ids.map((id: string) => `${background.id}/${id}`);
  for (const format of ['curl', 'har', 'fetch', 'vitest', 'k6']) {
    await say('export', ...names, '--as', format);
  }
  await say('status', '--json');
  outputs.push(await control(background.socket, '/requests'));
  outputs.push(await control(background.socket, '/status'));
  const seen = await world.byway(['inspect', names[0] ?? '', '--reveal', 'all']);
  following.child.kill('SIGINT');
  for (const session of [foreground, json]) session.child.kill('SIGINT');
  await Promise.all([following.ended, foreground.ended, json.ended]);
  for (const running of [following, foreground, json, world.manager()]) {
    outputs.push(running.stdout(), running.stderr());
  }
  const written = `${await filesOf(world.environment['BYWAY_CONFIG_DIR'] ?? '')}\n${await filesOf(world.data)}\n${await filesOf(temporary)}`;
  const everything = [...outputs, written].join('\n');
  expect(everything).toContain('[redacted:AUTHORIZATION]');
  // Every one of them went the whole way, so that each could have been written.
  const arrived = JSON.stringify(you.asked);
  for (const secret of [...Object.values(planted), world.key, basic]) {
    const inRequests = ![planted.setCookie, planted.basic].includes(secret);
    if (inRequests) expect(arrived.includes(secret), `${secret} arrived`).toBe(true);
    expect(everything.includes(secret), secret).toBe(false);
  }
  expect(seen.stdout).toContain(planted.form);
}, 120_000);
