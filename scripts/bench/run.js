// `npm run bench -- NAME`: a benchmark beside peers. Linux; each says what it needs.
import { parseArgs } from 'node:util';

const benchmarks = {
  agent: () => import('./agent.js'),
  http2: () => import('./http2.js'),
  tunnel: () => import('./tunnel.js'),
  match: () => import('./match.js'),
  start: () => import('./start.js'),
};

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    beside: { type: 'string' },
    case: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '3' },
  },
});
const [name = 'agent'] = positionals;
const load = benchmarks[name];
if (load === undefined) {
  process.stderr.write(`There is no benchmark "${name}": ${Object.keys(benchmarks).join(', ')}.\n`);
  process.exit(2);
}
const { bench } = await load();
process.exit(
  await bench({ ...values, rounds: Number(values.rounds), seconds: Number(values.seconds) }),
);
