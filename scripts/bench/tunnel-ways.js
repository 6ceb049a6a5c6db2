// The ways to a laptop that are compared: our three programs as processes, and `ssh -R`.
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { get } from 'node:http';
import { get as getSecure } from 'node:https';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort, listening, start } from './measure.js';

export const bigBytes = 256 * 1024 * 1024;

/** The local app: nginx with a small answer on `/`, and 256 MB on `/big`. */
export const startApp = async (folder) => {
  const port = await freePort();
  const [file, big] = [join(folder, `app-${port}.conf`), join(folder, 'big')];
  writeFileSync(big, '');
  truncateSync(big, bigBytes);
  writeFileSync(
    file,
    `worker_processes 1; daemon off; pid ${folder}/app-${port}.pid; error_log /dev/null; user ${userInfo().username};
events { worker_connections 4096; }
http { access_log off; client_max_body_size 0; keepalive_requests 100000000; sendfile on;
  server {
    listen 127.0.0.1:${port} backlog=1024;
    location / { return 200 "${'x'.repeat(100)}"; }
    location /big { alias ${big}; }
  }
}
`,
  );
  start('nginx', ['-p', folder, '-c', file]);
  await listening(port);
  return port;
};

const sshdPath = ['/usr/sbin/sshd', '/usr/local/sbin/sshd'].find((path) => existsSync(path));

/** Why `ssh -R` can't be measured here; undefined when it can. */
export const whyNoSsh = () =>
  sshdPath === undefined ? 'there is no sshd (Debian: openssh-server)' : undefined;

/** `through(port)` gives the port that ssh dials instead of the server's own. */
export const startSsh = async (folder, target, through = async (port) => port) => {
  const [listen, port, user] = [await freePort(), await freePort(), userInfo().username];
  const home = join(folder, `ssh-${port}`);
  mkdirSync(home, { mode: 0o700 });
  for (const name of ['host', 'user']) {
    spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(home, name)]);
  }
  copyFileSync(join(home, 'user.pub'), join(home, 'authorized'));
  writeFileSync(
    join(home, 'sshd.conf'),
    [
      ...[`Port ${port}`, 'ListenAddress 127.0.0.1', `HostKey ${home}/host`],
      ...[`AuthorizedKeysFile ${home}/authorized`, 'PermitRootLogin prohibit-password'],
      ...['StrictModes no', 'UsePAM no', 'PidFile none', ''],
    ].join('\n'),
  );
  if (process.getuid() === 0) mkdirSync('/run/sshd', { recursive: true });
  const server = start(sshdPath, ['-D', '-f', join(home, 'sshd.conf')]);
  await listening(port);
  const dialled = await through(port);
  const client = start('ssh', [
    ...['-F', 'none', '-p', String(dialled), '-i', join(home, 'user'), '-N'],
    ...['-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null'],
    ...['-R', `127.0.0.1:${listen}:127.0.0.1:${target}`, `${user}@127.0.0.1`],
  ]);
  await listening(listen);
  return {
    name: 'ssh -R',
    url: `http://127.0.0.1:${listen}`,
    headers: [],
    children: [server, client],
  };
};

/** A certificate for this machine's own address, signed by itself; it needs openssl. */
const certify = (home) => {
  const [cert, key] = [join(home, 'cert.pem'), join(home, 'key.pem')];
  const made = spawnSync('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
    ...['-days', '1', '-subj', '/CN=byway', '-addext', 'subjectAltName=IP:127.0.0.1'],
    ...['-keyout', key, '-out', cert],
  ]);
  if (made.status !== 0) throw new Error('openssl made no certificate');
  return { cert, key };
};

/** A port before that one which lets no Upgrade of ours through, so that a WebSocket is taken. */
export const refuseUpgrades = async (port) => {
  const child = start(process.execPath, [join(import.meta.dirname, 'intermediary.js'), port], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface(child.stdout), 'line');
  return Number(line);
};

const startOurs = async (root, program, args, environment, nodeOptions) => {
  const child = start(process.execPath, [...nodeOptions, join(root, 'bin', program), ...args], {
    stdio: ['ignore', 'pipe', process.env.BENCH_STDERR === undefined ? 'ignore' : 'inherit'],
    env: { ...process.env, ...environment },
  });
  const lines = createInterface(child.stdout);
  const [line] = await Promise.race([
    once(lines, 'line'),
    once(child, 'exit').then(() => {
      throw new Error(`${program} ended before it was ready`);
    }),
  ]);
  return { child, lines, ready: JSON.parse(line) };
};

const keyOf = async (url, token, ca) => {
  const options = { headers: { authorization: `Bearer ${token}` } };
  const address = new URL('/v1/me', url);
  const asking =
    ca === undefined
      ? get(address, options)
      : getSecure(address, { ...options, ca: readFileSync(ca) });
  const [answer] = await once(asking, 'response');
  let text = '';
  for await (const chunk of answer) text += chunk;
  return JSON.parse(text).key;
};

/**
 * Agent, manager and session as processes; `root` is a checkout with its programs built. `through`
 * gives the port that the session dials instead of the manager's own; `tls`: all dial in TLS.
 */
export const startChain = async (
  folder,
  {
    name,
    root,
    target,
    flags = [],
    through = async (port) => port,
    tls = false,
    nodeOptions = () => [],
  },
) => {
  const home = join(folder, `home-${await freePort()}`);
  mkdirSync(home, { mode: 0o700 });
  const files = tls ? certify(home) : undefined;
  const own = { BYWAY_CONFIG_DIR: home, ...(tls ? { BYWAY_CA: files.cert } : {}) };
  const secure = tls ? ['--tls-cert', files.cert, '--tls-key', files.key] : [];
  const manager = await startOurs(
    root,
    'byway-manager.js',
    ['--listen', '127.0.0.1:0', '--data', home, ...secure],
    own,
    nodeOptions('manager'),
  );
  const token = readFileSync(join(home, 'token'), 'utf8').trim();
  const agent = await startOurs(
    root,
    'byway-agent.js',
    [
      ...['--workload', 'bench', '--listen', '127.0.0.1:0', '--upstream', `127.0.0.1:${target}`],
      ...['--manager', manager.ready.url, '--token-file', join(home, 'token')],
    ],
    own,
    nodeOptions('agent'),
  );
  const url = new URL(manager.ready.url);
  const dialled = await through(Number(url.port));
  const session = await startOurs(
    root,
    'byway.js',
    ['intercept', 'bench', '--port', String(target), '--json', ...flags],
    { ...own, BYWAY_MANAGER: `${url.protocol}//127.0.0.1:${dialled}`, BYWAY_TOKEN: token },
    nodeOptions('session'),
  );
  session.lines.close();
  session.child.stdout.resume();
  const key = await keyOf(url, token, files?.cert);
  return {
    name,
    url: `http://${agent.ready.listen[0]}`,
    headers: [`x-byway-id: ${key}`],
    children: [agent.child, manager.child, session.child],
  };
};
