// Draws docs/pictures/*.svg from the real program: the playground, an intercept of its shop in a
// pseudo-terminal, and what stands there. Linux only, for the `script` that it uses.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { masked } from './masks.js';
import { startInTerminal } from './pseudo-terminal.js';
import { svgOf } from './svg.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const byway = join(root, 'bin', 'byway.js');
const folder = mkdtempSync(join(tmpdir(), 'byway-pictures-'));
const { PATH, HOME } = process.env;
const ours = { PATH, HOME, BYWAY_CONFIG_DIR: join(folder, 'ours') };
const ending = [];

const startProgram = (program, args, environment) => {
  const child = spawn(program, args, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const output of [child.stdout, child.stderr]) {
    output.on('data', (chunk) => {
      said += chunk;
    });
  }
  ending.push(() => child.kill('SIGTERM'));
  const ended = new Promise((resolve) => child.once('close', resolve));
  return { said: () => said, ended };
};

const until = async (satisfied, what) => {
  const end = Date.now() + 60_000;
  while (!satisfied()) {
    if (Date.now() > end) throw new Error(`${what()} is not what was expected`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

const openShop = async () => {
  const playground = startProgram(process.execPath, [byway, 'playground'], ours);
  await until(() => /Ctrl-C ends everything/.test(playground.said()), playground.said);
  const portOf = (name) => Number(new RegExp(`${name} :(\\d+)`).exec(playground.said())?.[1]);
  return { web: portOf('web'), pricing: portOf('pricing'), manager: portOf('manager') };
};

/** Runs a command of Byway to its end, and returns what it printed. */
const run = async (args, environment = ours) => {
  const program = startProgram(process.execPath, [byway, ...args], environment);
  await program.ended;
  return program.said();
};

const inTerminal = (args) => {
  const terminal = startInTerminal({
    command: [process.execPath, byway, ...args],
    environment: { ...ours, EDITOR: 'true' },
  });
  ending.push(terminal.kill);
  return terminal;
};

const draw = (name, title, { screen }) => {
  mkdirSync(join(root, 'docs', 'pictures'), { recursive: true });
  writeFileSync(join(root, 'docs', 'pictures', `${name}.svg`), svgOf(screen, title, masked));
  process.stderr.write(`docs/pictures/${name}.svg\n`);
};

const drawView = async ({ web, pricing }) => {
  const port = await freePort();
  const cart = { ...ours, PORT: String(port), PRICING_URL: `http://127.0.0.1:${pricing}` };
  startProgram(process.execPath, [join(root, 'examples', 'cart.js')], cart);
  await run(['intercept', 'cart', '--port', String(port), '--for', '45m', '--detach']);
  const empty = inTerminal(['inspect', 'cart']);
  await empty.shows('byway curl URL');
  draw('empty', 'The live view before the first request: what to send', empty);
  empty.type('q');
  await empty.ended;
  for (const item of ['42', '77', '13', '5', '1234']) {
    await run(['curl', '-s', `http://localhost:${web}/cart/${item}`]);
  }
  // Agents tell their counts once a second, and a view begins with those of that moment.
  const counted = await printed(['status', 'cart', '--plain'], /matched 5 +you 5/);
  if (!counted) throw new Error('The five requests were not counted.');
  const view = inTerminal(['inspect', 'cart']);
  await view.shows('/cart/42 ');
  view.type('jj');
  await view.shows(/›.*\/cart\/13/);
  draw('live', 'The live view of an intercept: one line for each request', view);
  view.type('\r');
  await view.shows(/GET \/cart\/13 HTTP/);
  draw('request', 'One request with its answer', view);
  view.type('d');
  await view.shows(/cluster {3}\+ local/);
  draw('diff', "Your answer compared with the cluster's", view);
  view.type('qq');
  await view.ended;
};

/** Runs a command until it prints something, a few times at most. */
const printed = async (args, pattern) => {
  for (let attempt = 0; attempt < 10; attempt++) {
    if (pattern.test(await run(args))) return true;
  }
  return false;
};

const drawConflict = async ({ manager }) => {
  const token = (await run(['token', 'create', '--user', 'mia', '--quiet'])).trim();
  const mias = {
    ...ours,
    BYWAY_CONFIG_DIR: join(folder, 'mias'),
    BYWAY_MANAGER: `http://127.0.0.1:${manager}`,
    BYWAY_TOKEN: token,
  };
  const port = String(await freePort());
  const general = ['--match', 'path.startsWith("/price")', '--for', '45m'];
  const intercept = ['intercept', 'pricing', '--port', port];
  const mia = startProgram(process.execPath, [byway, ...intercept, ...general], mias);
  await until(() => /ready in/.test(mia.said()), mia.said);
  const refused = inTerminal([...intercept, '--http-header', 'x-tenant=acme']);
  await refused.ended;
  await refused.shows('Both match');
  draw('conflict', 'Two rules that match the same requests are refused', refused);
};

const endAll = async () => {
  await run(['leave', '--all']);
  for (const end of ending.splice(0).reverse()) end();
  rmSync(folder, { recursive: true, force: true });
};

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, () => endAll().finally(() => process.exit(1)));
}
try {
  const shop = await openShop();
  await drawView(shop);
  await drawConflict(shop);
} finally {
  await endAll();
}
