import { BlockList, isIP } from 'node:net';
import { isLoopback } from '../base/address.ts';
import { UserError } from '../base/errors.ts';
import type { Environment } from './folders.ts';

/**
 * The proxy that the environment names for an address: `https_proxy` or `http_proxy` by its scheme,
 * in small letters first, then in capitals. None for this machine itself and for what `no_proxy`
 * lists: names with all below them, addresses, networks such as 10.0.0.0/8, each with a port if
 * need be, or `*`. Throws a `UserError` of kind `usage` for a proxy of another kind.
 */
export const proxyFor = (url: URL, environment: Environment): URL | undefined => {
  const name = url.protocol === 'https:' ? 'https_proxy' : 'http_proxy';
  const [variable, text] = variableOf(environment, name);
  if (text === undefined) return undefined;
  const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  if (isLoopback(host)) return undefined;
  const [, excluded = ''] = variableOf(environment, 'no_proxy');
  const isExcluded = excluded
    .split(/[\s,]+/)
    .some((entry) => entry !== '' && covers(entry, host, portOf(url)));
  return isExcluded ? undefined : proxyOf(variable, text);
};

const variableOf = (environment: Environment, name: string): readonly [string, string?] => {
  for (const spelling of [name, name.toUpperCase()]) {
    const text = environment[spelling];
    if (text !== undefined && text !== '') return [spelling, text];
  }
  return [name];
};

const proxyOf = (variable: string, text: string): URL => {
  const full = text.includes('://') ? text : `http://${text}`;
  const url = URL.canParse(full) ? new URL(full) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol) && url.hostname !== '') return url;
  // Not what it says: there may be a password in it.
  throw new UserError(`${variable} names no proxy that byway can use.`, {
    kind: 'usage',
    hint: `An http: or https: proxy   ${variable}=http://HOST:PORT`,
  });
};

const covers = (entry: string, host: string, port: string): boolean => {
  if (entry === '*') return true;
  const [, pattern = entry, only] = /^(\[[^\]]+\]|[^:]+):(\d+)$/.exec(entry) ?? [];
  if (only !== undefined && only !== port) return false;
  const bare = pattern.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0) return coversAddress(bare, host);
  const name = bare.replace(/^\*?\./, '').toLowerCase();
  return host === name || host.endsWith(`.${name}`);
};

const coversAddress = (pattern: string, host: string): boolean => {
  const [network = '', bits] = pattern.split('/');
  if (isIP(network) === 0 || isIP(network) !== isIP(host)) return false;
  const family = isIP(host) === 6 ? 'ipv6' : 'ipv4';
  const length = Number(bits ?? (family === 'ipv6' ? 128 : 32));
  if (!Number.isInteger(length) || length < 0 || length > (family === 'ipv6' ? 128 : 32)) {
    return false;
  }
  const list = new BlockList();
  list.addSubnet(network, length, family);
  return list.check(host, family);
};

const portOf = ({ port, protocol }: URL): string => {
  if (port !== '') return port;
  return protocol === 'https:' ? '443' : '80';
};
