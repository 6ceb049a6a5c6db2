import { UserError } from './errors.ts';

/** A TCP address as written on a command line. Port 0 asks the system for a free one. */
export type Address = { readonly host: string; readonly port: number };

const form = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s]+)):(\d{1,5})$/;

/** Reads `HOST:PORT` or `[IPv6]:PORT`. Throws a usage error that names `flag`. */
export const parseAddress = (text: string, flag: string): Address => {
  const [, bracketed, plain, digits] = form.exec(text) ?? [];
  const port = Number(digits);
  const host = bracketed ?? plain;
  if (host === undefined || port > 65_535) {
    throw new UserError(`${flag} takes HOST:PORT, for example 127.0.0.1:8080, not "${text}".`, {
      kind: 'usage',
    });
  }
  return { host, port };
};

/** The form that `parseAddress` reads. */
export const formatAddress = ({ host, port }: Address): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;

const loopback = /^(127\.\d{1,3}\.\d{1,3}\.\d{1,3}|::1|localhost)$/;

/** Whether only this machine can reach the host. */
export const isLoopback = (host: string): boolean => loopback.test(host);
