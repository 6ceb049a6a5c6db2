// CPU time per unmatched HTTP/2 request: ours beside Envoy, HTTP/2 without TLS on both hops, 8
// connections with 32 streams each.
import { need, runCases } from './contest.js';
import { startEnvoy } from './envoy.js';
import { loadHttp2 } from './load-http2.js';
import { startAgent, startHttp2Service } from './proxies.js';

const cases = [
  { name: 'small', answerBytes: 100 },
  { name: 'answer 1 KB', answerBytes: 1024 },
  { name: 'answer 100 KB', answerBytes: 100 * 1024 },
  { name: 'POST 1 KB', answerBytes: 100, postBytes: 1024 },
  { name: 'POST 100 KB', answerBytes: 100, postBytes: 100 * 1024 },
  { name: 'new paths', answerBytes: 100, paths: 20_000 },
];

const open = async (folder, { answerBytes }) => {
  const service = await startHttp2Service(folder, answerBytes);
  const peer = await startEnvoy(folder, service.port, 2);
  const contestants = [
    ...(peer === undefined ? [] : [peer]),
    await startAgent('byway', service.port, 1),
  ];
  const close = () => {
    for (const { child } of [...contestants, service]) child.kill('SIGKILL');
  };
  return { contestants, close };
};

/** `--case NAME`, `--rounds N` (5), `--seconds N` (3). Prints a table, then one line of JSON. */
export const bench = (options) => {
  need({ h2load: 'nghttp2-client', nghttpd: 'nghttp2-server' });
  const round = (port, { postBytes, paths }, how) => loadHttp2(port, { ...how, postBytes, paths });
  return runCases({ cases, bases: ['envoy'], open, load: round }, options);
};
