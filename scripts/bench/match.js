// Time of the decision alone, for a head of 600 bytes: 9,990 personal rules beside one, ten general
// rules of which two are regular expressions; then the engine beside re2js and the built-in one.
import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { RE2JS } from 're2js';

const root = join(import.meta.dirname, '../../dist');
const load = (file) => import(pathToFileURL(join(root, file)).href);

const personalBudgetUs = 1;
const generalBudgetUs = 5;

const rule = (number, match) => ({
  id: `ic_${String(number).padStart(26, '0')}`,
  name: 'bench',
  laptop: 'bench',
  port: 1,
  match,
  state: 'active',
  createdAt: '2026-01-01T00:00:00.000Z',
});

const sha256 = (text) => createHash('sha256').update(text).digest('hex');
const key = 'abcdefghijklmnopqrstuvwxyz';

const personal = (count) =>
  Array.from({ length: count }, (_, index) =>
    rule(index, { keySha256: index === 0 ? sha256(key) : randomBytes(32).toString('hex') }),
  );

// None of them matches: the dearest case, for each is tried.
const general = () =>
  [
    [{ header: 'x-tenant', equals: 'acme' }],
    [
      { header: 'x-tenant', prefix: 'acme-' },
      { on: 'path', prefix: '/api/' },
    ],
    [{ on: 'path', matches: '/v[0-9]+/cart/.*' }],
    [{ header: 'user-agent', matches: '.*(Firefox|Safari)/1[0-9]{2}\\..*' }],
    [{ baggage: 'tenant', equals: 'acme' }],
    [{ cookie: 'session', prefix: 'acme' }],
    [{ query: 'debug', present: true }],
    [
      {
        any: [
          { on: 'method', equals: 'PUT' },
          { header: 'x-debug', present: true },
        ],
      },
    ],
    [
      { on: 'host', suffix: '.internal' },
      { header: 'x-team', equals: 'a' },
    ],
    [{ header: 'accept', contains: 'xml' }, { not: { on: 'path', prefix: '/checkout' } }],
  ].map((all, index) => rule(20_000 + index, { all }));

const headText = (more) => {
  const lines = [
    'GET /checkout/cart/items?page=2&sort=price HTTP/1.1',
    'Host: checkout.shop.svc.cluster.local:8080',
    'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/130.0.0.0',
    'Accept: application/json',
    'Accept-Encoding: gzip, deflate, br',
    'traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    'baggage: region=eu-central-1,userId=alice,isProduction=false',
    'cookie: theme=dark; session=0123456789abcdef',
    'x-tenant: initech',
    ...more,
  ];
  const text = lines.join('\r\n');
  return `${text}\r\nx-filler: ${'f'.repeat(Math.max(600 - text.length - 16, 0))}\r\n\r\n`;
};

const nanosecondsOf = (work, rounds = 7, calls = 50_000) => {
  const times = [];
  for (let round = 0; round < rounds; round++) {
    const begun = process.hrtime.bigint();
    for (let call = 0; call < calls; call++) work();
    times.push(Number(process.hrtime.bigint() - begun) / calls);
  }
  return times.sort((one, other) => one - other)[Math.floor(rounds / 2)];
};

const decisions = async () => {
  const [{ RuleTable }, { decide }, { readRequestHead }] = await Promise.all([
    load('agent/rule-table.js'),
    load('agent/decide.js'),
    load('protocol/http1/request-head.js'),
  ]);
  const measure = (rules, ...more) => {
    const table = new RuleTable();
    table.apply({ type: 'state', epoch: 'bench', version: 1, rules });
    const head = readRequestHead(Buffer.from(headText(more), 'latin1'));
    return nanosecondsOf(() => decide(table, 1, head)) / 1000;
  };
  const withKey = `x-byway-id: ${key}`;
  return [
    ['no key, 1 personal rule', measure(personal(1)), personalBudgetUs],
    ['no key, 9,990 personal rules', measure(personal(9_990)), personalBudgetUs],
    ['the key, 1 personal rule', measure(personal(1), withKey)],
    ['the key, 9,990 personal rules', measure(personal(9_990), withKey)],
    ['no key, 10 general rules', measure(general()), generalBudgetUs],
    [
      'no key, 9,990 personal and 10 general',
      measure([...personal(9_990), ...general()]),
      generalBudgetUs,
    ],
  ];
};

// The one that grows with 2 to the length is tried once only.
const builtInTime = (pattern, text) =>
  nanosecondsOf(() => pattern.test(text), 1, pattern.source.includes('+)+') ? 1 : 20_000) / 1000;

const engines = async () => {
  const [{ accepts, automatonOf }, { readPattern }] = await Promise.all([
    load('protocol/match/pattern/automaton.js'),
    load('protocol/match/pattern/read.js'),
  ]);
  const cases = [
    ['/v[0-9]+/cart/.*', '/v12/cart/items/42'],
    ['[^@]+@example\\.com', 'jane.doe@example.com'],
    ['.*(Firefox|Safari)/1[0-9]{2}\\..*', `Mozilla/5.0 ${'x'.repeat(80)}`],
    ['(a+)+b', 'a'.repeat(24)],
    ['(a|aa)*c', 'a'.repeat(65_536)],
  ];
  return cases.map(([pattern, text]) => {
    const automaton = automatonOf(readPattern(pattern));
    const theirs = RE2JS.compile(pattern);
    const builtIn = new RegExp(`^(?:${pattern})$`, 'su');
    const calls = text.length > 1000 ? 20 : 20_000;
    const isExponential = pattern === '(a|aa)*c';
    return {
      pattern,
      length: text.length,
      mine: nanosecondsOf(() => accepts(automaton, text), 5, calls) / 1000,
      re2js: nanosecondsOf(() => theirs.matches(text), 5, Math.min(calls, 2_000)) / 1000,
      builtIn: isExponential ? undefined : builtInTime(builtIn, text),
      compileMine: nanosecondsOf(() => automatonOf(readPattern(pattern)), 5, 20) / 1000,
      compileRe2js: nanosecondsOf(() => RE2JS.compile(pattern), 5, 20) / 1000,
    };
  });
};

/** Resolves with 0 when all is within its budget. */
export const bench = async () => {
  let code = 0;
  for (const [name, time, budget] of await decisions()) {
    const isOver = budget !== undefined && time > budget;
    if (isOver) code = 1;
    const verdict = budget === undefined ? '' : `  budget ${budget} µs: ${isOver ? 'OVER' : 'ok'}`;
    process.stdout.write(`${name.padEnd(40)} ${time.toFixed(2).padStart(7)} µs${verdict}\n`);
  }
  for (const row of await engines()) {
    const figures = ['mine', 're2js', 'builtIn', 'compileMine', 'compileRe2js'].map(
      (name) => `${name} ${row[name] === undefined ? 'never ends' : `${row[name].toFixed(2)} µs`}`,
    );
    process.stdout.write(`${row.pattern} on ${row.length} octets: ${figures.join(', ')}\n`);
  }
  return code;
};
