// The way to the laptop (agent, manager, session, local app) beside `ssh -R`, which is one encrypted
// hop without a decision. Rounds interleaved; figures mean something only as ratios within one run.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cpuSeconds, endStarted, load, median, memoryMb } from './measure.js';
import { startToxiproxy } from './toxiproxy.js';
import {
  bigBytes,
  refuseUpgrades,
  startApp,
  startChain,
  startSsh,
  whyNoSsh,
} from './tunnel-ways.js';

const root = join(import.meta.dirname, '../..');

const curl = (format, url, headers) => {
  const args = ['-s', '-o', '/dev/null', '-w', format, '--max-time', '120'];
  for (const header of headers) args.push('-H', header);
  return spawnSync('curl', [...args, url], { encoding: 'utf8' })
    .stdout.split(' ')
    .map(Number);
};

const bulk = ({ url, headers }) => {
  const [speed, size] = curl('%{speed_download} %{size_download}', `${url}/big`, headers);
  return size === bigBytes ? speed / 1e6 : 0;
};

const fresh = ({ url, headers }) =>
  median(Array.from({ length: 11 }, () => curl('%{time_total}', `${url}/`, headers)[0] * 1000));

const cpuOf = ({ children = [] }) => children.map(({ pid }) => cpuSeconds(pid));

const measure = async (way, { seconds, folder }) => {
  const before = cpuOf(way);
  const row = await load(`${way.url}/`, { seconds, headers: way.headers, folder });
  const cpuUs = cpuOf(way).map((now, at) => ((now - before[at]) * 1e6) / row.requests);
  return { ...row, cpuUs, bulk: bulk(way), fresh: fresh(way) };
};

const summarise = (rows) => {
  const ways = [...rows.keys()];
  const of = (way, key) => median(rows.get(way).map((row) => row[key]));
  const base = ways.find(({ name }) => name === 'ssh -R');
  return ways.map((way) => ({
    way: way.name,
    rate: of(way, 'rate'),
    rateRatio: base && of(way, 'rate') / of(base, 'rate'),
    p50: of(way, 'p50'),
    p99: of(way, 'p99'),
    p99Ratio: base && of(way, 'p99') / of(base, 'p99'),
    bulk: of(way, 'bulk'),
    bulkRatio: base && of(way, 'bulk') / of(base, 'bulk'),
    fresh: of(way, 'fresh'),
    cpuUs: (way.children ?? []).map((_, at) => median(rows.get(way).map((row) => row.cpuUs[at]))),
    memory: (way.children ?? []).map(({ pid }) => memoryMb(pid)),
    failed: rows.get(way).reduce((sum, row) => sum + row.failed + (row.bulk === 0 ? 1 : 0), 0),
  }));
};

const list = (numbers) => numbers.map((number) => number.toFixed(0)).join('/');

const columns = (row) =>
  [
    row.case.padEnd(16),
    row.way.padEnd(10),
    row.rate.toFixed(0).padStart(8),
    (row.rateRatio?.toFixed(2) ?? '-').padStart(6),
    row.p50.toFixed(2).padStart(8),
    row.p99.toFixed(2).padStart(8),
    (row.p99Ratio?.toFixed(2) ?? '-').padStart(6),
    row.bulk.toFixed(0).padStart(7),
    (row.bulkRatio?.toFixed(2) ?? '-').padStart(6),
    row.fresh.toFixed(2).padStart(7),
    list(row.cpuUs).padStart(12),
    list(row.memory).padStart(14),
    String(row.failed).padStart(7),
  ].join(' ');

const header =
  'case             way           req/s x ssh   p50 ms   p99 ms x ssh    MB/s x ssh   fresh  CPU us a/m/s   MB a/m/s     failed\n';

// What lies between the laptop and the rest; without `line`, this machine's own loopback.
const cases = [
  { name: 'plain', records: true },
  { name: 'tls', transport: 'tls' },
  { name: 'websocket', transport: 'websocket' },
  { name: '50 ms', line: { roundTripMs: 50 } },
  { name: '50 ms, 50 MB/s', line: { roundTripMs: 50, megabytesPerSecond: 50 } },
  { name: '100 ms, 50 MB/s', line: { roundTripMs: 100, megabytesPerSecond: 50 } },
];

const startWays = async (folder, target, { through, transport, beside, records }) => {
  const ways = [{ name: 'direct', url: `http://127.0.0.1:${target}`, headers: [] }];
  const why = whyNoSsh();
  if (why === undefined) ways.push(await startSsh(folder, target, through));
  else process.stderr.write(`Not beside ssh -R: ${why}.\n`);
  const ours = { target, through, tls: transport === 'tls' };
  ways.push(await startChain(folder, { name: 'byway', root, flags: ['--no-record'], ...ours }));
  if (records) ways.push(await startChain(folder, { name: 'recording', root, ...ours }));
  if (beside !== undefined) {
    ways.push(await startChain(folder, { name: 'beside', root: beside, ...ours }));
  }
  return ways;
};

const throughOf = (transport, line, toxiproxy) => {
  if (transport === 'websocket') return refuseUpgrades;
  return line === undefined ? undefined : (port) => toxiproxy.slow(port, line);
};

const runCase = async ({ name, line, transport, records }, options) => {
  const folder = mkdtempSync(join(tmpdir(), 'byway-bench-'));
  chmodSync(folder, 0o755);
  try {
    const toxiproxy = line === undefined ? undefined : await startToxiproxy();
    if (line !== undefined && toxiproxy === undefined) {
      process.stderr.write(
        `Not measured: ${name}: there is no Toxiproxy, and no Go to build it.\n`,
      );
      return [];
    }
    const through = throughOf(transport, line, toxiproxy);
    const { beside } = options;
    const app = await startApp(folder);
    const ways = await startWays(folder, app, { through, transport, beside, records });
    const rows = new Map(ways.map((way) => [way, []]));
    for (const way of ways) await load(`${way.url}/`, { seconds: 2, headers: way.headers, folder });
    for (let round = 0; round < options.rounds; round++) {
      for (const way of ways) rows.get(way).push(await measure(way, { ...options, folder }));
    }
    const all = summarise(rows).map((row) => ({ case: name, ...row }));
    for (const row of all) process.stdout.write(`${columns(row)}\n`);
    endStarted();
    return all;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** `--case NAME`, `--rounds N` (3), `--seconds N` (3), `--beside FOLDER`: another checkout, built. */
export const bench = async (options) => {
  const chosen = cases.filter(({ name }) => options.case === undefined || name === options.case);
  process.stdout.write(header);
  const all = [];
  for (const one of chosen) all.push(...(await runCase(one, options)));
  process.stdout.write(`${JSON.stringify(all)}\n`);
  return all.every(({ failed }) => failed === 0) ? 0 : 1;
};
