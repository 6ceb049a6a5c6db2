import { basename, isAbsolute, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { choosePort } from './ports.ts';
import { type Shop, usualPorts } from './shop-processes.ts';

const usualPort = 5000;
const example = fileURLToPath(new URL('../../examples/cart.js', import.meta.url));

/** How another terminal finds this playground: by itself, or `why` not. */
export type Discovery = { readonly found: true } | { readonly found: false; readonly why: string };

/** What to try next, in lines that can be copied to another terminal here. */
export const whatNext = async (shop: Shop, discovery: Discovery): Promise<readonly string[]> => {
  const byway = howToCall();
  const port = await choosePort(usualPort);
  const lines = [
    'The shop stays up; try in another terminal:',
    ...settings(shop, discovery).map((line) => `   ${line}`),
    `   ${byway} intercept cart --port ${port} -- node ${quoted(fromHere(example))}`,
    `   ${byway} curl localhost:${shop.ports.web}/cart/42`,
    `   ${byway} status`,
    'Ctrl-C ends everything.',
  ];
  return discovery.found ? lines : [discovery.why, ...lines];
};

// An installed program is called by its name; in a clone, npx finds it.
const howToCall = (): string => {
  const installed = basename(process.argv[1] ?? '') === 'byway';
  return installed && process.env['npm_command'] === undefined ? 'byway' : 'npx byway';
};

const settings = (shop: Shop, { found }: Discovery): readonly string[] => {
  const set = process.platform === 'win32' ? '$env:' : 'export ';
  const own = (name: string, value: string): string =>
    process.platform === 'win32' ? `${set}${name}='${value}'` : `${set}${name}=${value}`;
  const moved = shop.ports.pricing !== usualPorts.pricing;
  return [
    ...(found ? [] : [own('BYWAY_MANAGER', shop.manager.origin)]),
    ...(found ? [] : [tokenSetting(shop.tokenFile)]),
    ...(moved ? [own('PRICING_URL', `http://127.0.0.1:${shop.ports.pricing}`)] : []),
  ];
};

// The token itself is in the file only.
const tokenSetting = (file: string): string =>
  process.platform === 'win32'
    ? `$env:BYWAY_TOKEN=Get-Content ${quoted(file)}`
    : `export BYWAY_TOKEN=$(cat ${quoted(file)})`;

const fromHere = (path: string): string => {
  const way = relative(process.cwd(), path);
  return isAbsolute(way) || way.startsWith('..') ? path : way;
};

const quoted = (path: string): string => (/[\s'$&();]/.test(path) ? `"${path}"` : path);
