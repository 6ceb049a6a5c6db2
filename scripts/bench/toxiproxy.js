// Latency and a narrow line under a TCP port, by Toxiproxy: one on the PATH, or one built with Go
// into the user's cache when it is first needed.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { freePort, has, listening, start } from './measure.js';

const source = 'github.com/Shopify/toxiproxy/v2/cmd/server@latest';
const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'byway-bench', 'bin');
const buildMsMax = 5 * 60_000;

const program = () => {
  if (has('toxiproxy-server')) return 'toxiproxy-server';
  const built = join(cache, 'server');
  if (existsSync(built)) return built;
  if (!has('go')) return undefined;
  process.stderr.write('Building Toxiproxy with Go, once.\n');
  mkdirSync(cache, { recursive: true });
  spawnSync('go', ['install', source], {
    stdio: 'inherit',
    env: { ...process.env, GOBIN: cache },
    timeout: buildMsMax,
  });
  return existsSync(built) ? built : undefined;
};

const post = async (url, body) => {
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`Toxiproxy: ${await answer.text()}`);
};

/**
 * Starts Toxiproxy; undefined when it can't be had. `slow(port, {roundTripMs, megabytesPerSecond})`
 * resolves with a port in front of that port; a line without a limit has no `megabytesPerSecond`.
 */
export const startToxiproxy = async () => {
  const path = program();
  if (path === undefined) return undefined;
  const api = await freePort();
  start(path, ['-host', '127.0.0.1', '-port', String(api)], {
    env: { ...process.env, LOG_LEVEL: 'error' },
  });
  await listening(api);
  const proxies = `http://127.0.0.1:${api}/proxies`;
  let count = 0;
  const slow = async (port, { roundTripMs, megabytesPerSecond }) => {
    const listen = await freePort();
    const name = `line-${count++}`;
    await post(proxies, {
      name,
      listen: `127.0.0.1:${listen}`,
      upstream: `127.0.0.1:${port}`,
      enabled: true,
    });
    for (const stream of ['upstream', 'downstream']) {
      const toxics = `${proxies}/${name}/toxics`;
      if (megabytesPerSecond !== undefined) {
        const attributes = { rate: megabytesPerSecond * 1000 };
        await post(toxics, { name: `${stream}-rate`, type: 'bandwidth', stream, attributes });
      }
      const attributes = { latency: roundTripMs / 2 };
      await post(toxics, { name: `${stream}-latency`, type: 'latency', stream, attributes });
    }
    return listen;
  };
  return { slow };
};
