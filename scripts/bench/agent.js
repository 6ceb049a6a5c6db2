// CPU time per unmatched request: ours beside HAProxy on the same work, rounds interleaved. Figures
// mean something only as ratios within one run.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cpuSeconds, load, median, memoryMb } from './measure.js';
import { startAgent, startPeers, startService } from './proxies.js';

const lines = (bytes) =>
  Array.from({ length: 20 }, (_, index) => `x-filler-${index}: ${'v'.repeat(bytes / 20)}`);

const cases = [
  { name: 'small', answerBytes: 100 },
  { name: 'answer 1 KB', answerBytes: 1024 },
  { name: 'answer 100 KB', answerBytes: 100 * 1024 },
  { name: 'headers 2 KB', answerBytes: 100, headers: lines(2000) },
  { name: 'POST 1 KB', answerBytes: 100, postBytes: 1024 },
  { name: 'POST 100 KB', answerBytes: 100, postBytes: 100 * 1024 },
];

const measure = async ({ child, port }, options) => {
  const before = cpuSeconds(child.pid);
  const row = await load(`http://127.0.0.1:${port}/`, options);
  const cpuUs = ((cpuSeconds(child.pid) - before) * 1e6) / Math.max(row.requests, 1);
  return { ...row, cpuUs, memory: memoryMb(child.pid) };
};

const runCase = async (folder, { name, answerBytes, ...request }, { rounds, seconds }) => {
  const service = await startService(folder, answerBytes);
  const contestants = [
    ...(await startPeers(folder, service.port)),
    await startAgent('byway', service.port, 1),
    ...(name === 'small' ? [await startAgent('byway, 10,000 rules', service.port, 10_000)] : []),
  ];
  const rows = new Map(contestants.map((contestant) => [contestant, []]));
  for (const { port } of contestants) {
    await load(`http://127.0.0.1:${port}/`, { seconds: 2, folder, ...request });
  }
  for (let round = 0; round < rounds; round++) {
    for (const contestant of contestants) {
      rows.get(contestant).push(await measure(contestant, { seconds, folder, ...request }));
    }
  }
  for (const { child } of contestants) child.kill('SIGKILL');
  service.stop();
  return summarise(name, rows);
};

const summarise = (name, rows) => {
  const of = (contestant, key) => median(rows.get(contestant).map((row) => row[key]));
  const contestants = [...rows.keys()];
  const base = contestants.find((contestant) => contestant.name === 'haproxy');
  return contestants.map((contestant) => ({
    case: name,
    proxy: contestant.name,
    cpuUs: of(contestant, 'cpuUs'),
    ratio: base === undefined ? undefined : of(contestant, 'cpuUs') / of(base, 'cpuUs'),
    rate: of(contestant, 'rate'),
    p99: of(contestant, 'p99'),
    memory: of(contestant, 'memory'),
    failed: rows.get(contestant).reduce((sum, row) => sum + row.failed, 0),
  }));
};

const columns = (row) =>
  [
    row.case.padEnd(14),
    row.proxy.padEnd(20),
    row.cpuUs.toFixed(1).padStart(8),
    (row.ratio?.toFixed(2) ?? '-').padStart(10),
    row.rate.toFixed(0).padStart(11),
    row.p99.toFixed(2).padStart(8),
    row.memory.toFixed(0).padStart(8),
    String(row.failed).padStart(7),
  ].join('');

/** `--case NAME`, `--rounds N` (5), `--seconds N` (3). Prints a table, then one line of JSON. */
export const bench = async (options) => {
  const folder = mkdtempSync(join(tmpdir(), 'byway-bench-'));
  try {
    const chosen = cases.filter(({ name }) => options.case === undefined || name === options.case);
    process.stdout.write(
      'case          proxy               CPU us/r x HAProxy requests/s  p99 ms      MB failed\n',
    );
    const all = [];
    for (const one of chosen) {
      const rows = await runCase(folder, one, options);
      all.push(...rows);
      for (const row of rows) process.stdout.write(`${columns(row)}\n`);
    }
    process.stdout.write(`${JSON.stringify(all)}\n`);
    return all.every(({ failed }) => failed === 0) ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
