import { ByteReader } from './byte-reader.ts';
import { HelloFault } from './hello-fault.ts';

const hostName = 0;
const hostNameForm = /^[a-z0-9_]([a-z0-9_.-]{0,252}[a-z0-9_])?$/;
const ipv4Form = /^[\d.]+$/;

/** The host name in a server_name extension (RFC 6066 3). */
export const namesIn = (extension: Buffer | undefined): string | undefined => {
  if (extension === undefined) return undefined;
  const entries = new ByteReader(listIn(extension));
  const type = entries.number(1);
  const name = entries.vector(2).toString('latin1').toLowerCase();
  if (type !== hostName || !entries.atEnd) throw new HelloFault('not exactly one server name');
  // Not allowed, but some clients send one: it names nobody.
  if (ipv4Form.test(name)) return undefined;
  if (!hostNameForm.test(name)) throw new HelloFault('a server name that is no host name');
  return name;
};

/** The protocols in an ALPN extension (RFC 7301 3.1). */
export const protocolsIn = (extension: Buffer | undefined): readonly string[] => {
  if (extension === undefined) return [];
  const entries = new ByteReader(listIn(extension));
  const protocols: string[] = [];
  while (!entries.atEnd) {
    const protocol = entries.vector(1).toString('latin1');
    if (protocol === '') throw new HelloFault('a protocol without a name');
    protocols.push(protocol);
  }
  return protocols;
};

/** An extension that is nothing but one list with at least one entry. */
const listIn = (extension: Buffer): Buffer => {
  const reader = new ByteReader(extension);
  const list = reader.vector(2);
  if (list.length === 0 || !reader.atEnd) throw new HelloFault('a list of a wrong length');
  return list;
};
