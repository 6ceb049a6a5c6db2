// `npm run soak -- NAME`: what takes minutes; without a name all of it, one after the other.
import { parseArgs } from 'node:util';

const soaks = {
  unmatched: () => import('./unmatched.js'),
  storm: () => import('./storm.js'),
  idle: () => import('./idle.js'),
  slow: () => import('./slow.js'),
  fuzz: () => import('./fuzz.js'),
  match: () => import('./match.js'),
  'fuzz-http2': () => import('./fuzz-http2.js'),
  tunnel: () => import('./tunnel.js'),
  sessions: () => import('./sessions.js'),
  streams: () => import('./streams.js'),
  stalled: () => import('./stalled.js'),
};

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    connections: { type: 'string' },
    fault: { type: 'string' },
    seconds: { type: 'string' },
    seed: { type: 'string' },
    sessions: { type: 'string' },
  },
});
const unknown = positionals.find((name) => !Object.hasOwn(soaks, name));
if (unknown !== undefined) {
  process.stderr.write(`There is no soak run "${unknown}": ${Object.keys(soaks).join(', ')}.\n`);
  process.exit(2);
}
const options = Object.fromEntries(
  Object.entries(values).map(([name, value]) => [name, name === 'fault' ? value : Number(value)]),
);
let code = 0;
for (const name of positionals.length > 0 ? positionals : Object.keys(soaks)) {
  const { soak } = await soaks[name]();
  code ||= await soak(options);
}
process.exit(code);
