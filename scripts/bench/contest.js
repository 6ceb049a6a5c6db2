// Contestants that do the same work in turn, and the table of what it cost them. Figures mean
// something only as ratios within one run.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cpuSeconds, has, median, memoryMb } from './measure.js';

const warmUpSeconds = 2;

/**
 * Runs each case with its contestants, rounds interleaved. `open(folder, case)` resolves with the
 * contestants (`{ name, child, port }`) and what ends them; `load(port, case, { seconds, rate, folder })`
 * is one round, after the first one with the rate that the same contestant reached; `bases` are the names that the others are compared with. Prints a table, then one line
 * of JSON; resolves with the exit code, which is 1 when a request failed.
 */
export const runCases = async ({ cases, bases, open, load }, { case: only, rounds, seconds }) => {
  const folder = mkdtempSync(join(tmpdir(), 'byway-bench-'));
  try {
    const chosen = cases.filter(({ name }) => only === undefined || name === only);
    if (chosen.length === 0) {
      const names = cases.map(({ name }) => `"${name}"`).join(', ');
      process.stderr.write(`There is no case "${only}": ${names}.\n`);
      return 2;
    }
    process.stdout.write(`${heading(bases)}\n`);
    const all = [];
    for (const one of chosen) {
      const { contestants, close } = await open(folder, one);
      const round = (port, how) => load(port, one, { ...how, folder });
      const rows = await interleave(contestants, round, { rounds, seconds });
      close();
      const summary = summarise(one.name, rows, bases);
      for (const row of summary) process.stdout.write(`${columns(row, bases)}\n`);
      all.push(...summary);
    }
    process.stdout.write(`${JSON.stringify(all)}\n`);
    return all.every(({ failed }) => failed === 0) ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** Ends the run with what to install when one of the programs (name to package) is missing. */
export const need = (programs) => {
  const missing = Object.keys(programs).filter((program) => !has(program));
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map((program) => programs[program]))].join(' ');
  process.stderr.write(
    `This benchmark needs ${missing.join(' and ')}. On Debian: apt-get install ${packages}\n`,
  );
  process.exit(2);
};

const interleave = async (contestants, round, { rounds, seconds }) => {
  const rows = new Map(contestants.map((contestant) => [contestant, []]));
  const rates = new Map();
  for (const contestant of contestants) {
    rates.set(contestant, (await round(contestant.port, { seconds: warmUpSeconds })).rate);
  }
  for (let count = 0; count < rounds; count++) {
    for (const contestant of contestants) {
      const how = { seconds, rate: rates.get(contestant) };
      rows.get(contestant).push(await measured(contestant, () => round(contestant.port, how)));
    }
  }
  return rows;
};

const measured = async ({ child }, round) => {
  const before = cpuSeconds(child.pid);
  const row = await round();
  const cpuUs = ((cpuSeconds(child.pid) - before) * 1e6) / Math.max(row.requests, 1);
  // A round without a single answer is no fast round.
  return { ...row, failed: row.failed + (row.requests === 0), cpuUs, memory: memoryMb(child.pid) };
};

const summarise = (name, rows, bases) => {
  const contestants = [...rows.keys()];
  const of = (contestant, key) => median(rows.get(contestant).map((row) => row[key]));
  const ratioTo = (contestant, base) => {
    const found = contestants.find((candidate) => candidate.name === base);
    return found === undefined ? undefined : of(contestant, 'cpuUs') / of(found, 'cpuUs');
  };
  return contestants.map((contestant) => ({
    case: name,
    proxy: contestant.name,
    cpuUs: of(contestant, 'cpuUs'),
    ratios: Object.fromEntries(bases.map((base) => [base, ratioTo(contestant, base)])),
    rate: of(contestant, 'rate'),
    p99: of(contestant, 'p99'),
    memory: of(contestant, 'memory'),
    failed: rows.get(contestant).reduce((sum, row) => sum + row.failed, 0),
  }));
};

const heading = (bases) =>
  [
    'case'.padEnd(16),
    'proxy'.padEnd(20),
    'CPU us/r'.padStart(9),
    ...bases.map((base) => `x ${base}`.padStart(10)),
    'requests/s'.padStart(12),
    'p99 ms'.padStart(9),
    'MB'.padStart(6),
    'failed'.padStart(8),
  ].join('');

const columns = (row, bases) =>
  [
    row.case.padEnd(16),
    row.proxy.padEnd(20),
    row.cpuUs.toFixed(1).padStart(9),
    ...bases.map((base) => (row.ratios[base]?.toFixed(2) ?? '-').padStart(10)),
    row.rate.toFixed(0).padStart(12),
    row.p99.toFixed(2).padStart(9),
    row.memory.toFixed(0).padStart(6),
    String(row.failed).padStart(8),
  ].join('');
