// CPU time per unmatched HTTP/1 request: ours beside HAProxy and Envoy.
import { need, runCases } from './contest.js';
import { startEnvoy } from './envoy.js';
import { has, load } from './measure.js';
import { startAgent, startHaproxy, startService } from './proxies.js';

const lines = (bytes) =>
  Array.from({ length: 20 }, (_, index) => `x-filler-${index}: ${'v'.repeat(bytes / 20)}`);

const cases = [
  { name: 'small', answerBytes: 100, rules: [1, 10_000] },
  { name: 'heads differ', answerBytes: 100, differ: true },
  // What tracing and browsers send, in which a key may stand, but does not.
  {
    name: 'carriers',
    answerBytes: 100,
    differ: true,
    headers: [
      'baggage: region=eu-central-1,userId=alice,isProduction=false',
      'tracestate: vendor=00f067aa0ba902b7',
      'cookie: theme=dark; session=0123456789abcdef',
    ],
  },
  // A flood of keys that nobody has.
  { name: 'near misses', answerBytes: 100, differ: true, headers: ['x-byway-id: wrong'] },
  { name: 'answer 1 KB', answerBytes: 1024 },
  { name: 'answer 100 KB', answerBytes: 100 * 1024 },
  { name: 'headers 2 KB', answerBytes: 100, headers: lines(2000) },
  { name: 'POST 1 KB', answerBytes: 100, postBytes: 1024 },
  { name: 'POST 100 KB', answerBytes: 100, postBytes: 100 * 1024 },
];

const open = async (folder, { answerBytes, rules = [1], differ }) => {
  const service = await startService(folder, answerBytes, differ);
  const contestants = [
    has('haproxy') ? await startHaproxy(folder, service.port) : undefined,
    await startEnvoy(folder, service.port, 1),
  ].filter((peer) => peer !== undefined);
  for (const count of rules) {
    const name = count === 1 ? 'byway' : `byway, ${count.toLocaleString('en')} rules`;
    contestants.push(await startAgent(name, service.port, count));
  }
  const close = () => {
    for (const { child } of contestants) child.kill('SIGKILL');
    service.stop();
  };
  return { contestants, close };
};

/** `--case NAME`, `--rounds N` (5), `--seconds N` (3). Prints a table, then one line of JSON. */
export const bench = (options) => {
  need({ wrk: 'wrk', nginx: 'nginx-light' });
  if (!has('haproxy')) process.stderr.write('HAProxy is not installed: going on without it.\n');
  const round = (port, { headers, postBytes, differ }, { seconds, folder }) =>
    load(`http://127.0.0.1:${port}/`, { seconds, folder, headers, postBytes, differ });
  return runCases({ cases, bases: ['haproxy', 'envoy'], open, load: round }, options);
};
