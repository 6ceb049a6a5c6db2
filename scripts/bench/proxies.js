// The proxies that are compared, each with one header rule that no request meets.
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { freePort, listening, start } from './measure.js';

const root = join(import.meta.dirname, '../..');

/** The service behind every proxy: nginx; `differ`: no two answers have the same head. */
export const startService = async (folder, answerBytes, differ = false) => {
  const port = await freePort();
  const file = join(folder, `nginx-${port}.conf`);
  chmodSync(folder, 0o755);
  writeFileSync(join(folder, `answer-${port}`), 'x'.repeat(answerBytes));
  writeFileSync(
    file,
    `master_process off; daemon off; pid ${folder}/nginx-${port}.pid; error_log /dev/null;
events { worker_connections 4096; }
http { access_log off; client_max_body_size 0; keepalive_requests 100000000; sendfile on;
  server {
    listen 127.0.0.1:${port} backlog=1024;
    ${differ ? 'add_header x-request-id $request_id;' : ''}
    location / { ${answerBytes > 2000 ? `root ${folder}; rewrite ^ /answer-${port} break;` : `return 200 "${'x'.repeat(answerBytes)}";`} }
  }
}
`,
  );
  const child = start('nginx', ['-p', folder, '-c', file]);
  await listening(port);
  return { port, stop: () => child.kill('SIGTERM') };
};

/** The same over HTTP/2 with prior knowledge: nghttpd with one file. */
export const startHttp2Service = async (folder, answerBytes) => {
  const port = await freePort();
  const root = join(folder, `http2-${port}`);
  mkdirSync(root);
  writeFileSync(join(root, 'index.html'), 'x'.repeat(answerBytes));
  const child = start('nghttpd', ['--no-tls', '-a', '127.0.0.1', '-n1', '-d', root, `${port}`]);
  await listening(port);
  return { child, port };
};

/** HAProxy on one thread. */
export const startHaproxy = async (folder, upstream) => {
  const port = await freePort();
  const file = join(folder, `haproxy-${port}.cfg`);
  writeFileSync(
    file,
    `global
  nbthread 1
defaults
  mode http
  timeout connect 5s
  timeout client 50s
  timeout server 50s
  http-reuse always
frontend all
  bind 127.0.0.1:${port}
  use_backend matched if { req.hdr(x-byway-id) -m str somebody }
  default_backend service
backend service
  server one 127.0.0.1:${upstream}
backend matched
  server one 127.0.0.1:1
`,
  );
  const child = start('haproxy', ['-f', file, '-db']);
  await listening(port);
  return { name: 'haproxy', child, port };
};

const personalRule = (port) => ({
  id: `ic_${randomBytes(13).toString('hex')}`,
  name: 'bench',
  laptop: 'bench',
  port,
  match: { keySha256: randomBytes(32).toString('hex') },
  state: 'active',
  createdAt: new Date().toISOString(),
});

// Rules come to the agent as a manager sends them; making ten thousand users first would be no
// part of what is measured.
const startRules = async (port, count) => {
  const rules = Array.from({ length: count }, () => personalRule(port));
  const state = { type: 'state', epoch: 'bench', version: 1, rules };
  let tellApplied = () => {};
  const applied = new Promise((resolve) => {
    tellApplied = resolve;
  });
  const server = createServer((request, answer) => {
    if (request.url.includes('/rules')) {
      answer.writeHead(200, { 'content-type': 'text/event-stream' });
      answer.write(`event: state\ndata: ${JSON.stringify(state)}\n\n`);
      return;
    }
    request.resume();
    answer.writeHead(request.url.includes('/reports') ? 204 : 426).end();
    if (request.url.includes('/reports')) tellApplied();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, applied };
};

/** Our agent with that many personal rules. */
export const startAgent = async (name, upstream, rules) => {
  const port = await freePort();
  const manager = await startRules(upstream, rules);
  const child = start(
    process.execPath,
    [
      ...[join(root, 'bin/byway-agent.js'), '--workload', 'bench', '--manager', manager.url],
      ...['--listen', `127.0.0.1:${port}`, '--upstream', `127.0.0.1:${upstream}`],
    ],
    { env: { ...process.env, BYWAY_TOKEN: 'bench' } },
  );
  await listening(port);
  await manager.applied;
  return { name, child, port };
};
