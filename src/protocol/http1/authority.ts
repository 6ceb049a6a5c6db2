import { HttpFault } from './fault.ts';
import { type Fields, fieldName } from './fields.ts';

const host = fieldName('host');

const slash = 0x2f;
/** Host and port, without a user (RFC 3986 3.2); may be empty. */
export const hostForm: RegExp = /^([A-Za-z0-9\-._~!$&'()*+;=%]*|\[[0-9A-Fa-f:.]+\])(:\d{0,5})?$/;
// No fragment: some readers take it for more of the host (RFC 3986 4.3 has none here).
const absoluteForm = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/([^/?#]*)(?=[/?]|$)/;
const authorityForm = /^([A-Za-z0-9\-._~]+|\[[0-9A-Fa-f:.]+\]):\d{1,5}$/;

// Names and ports of the usual hosts: letters, digits, dash, dot. The rest is left to `hostForm`.
const plainOctets = Uint8Array.from({ length: 256 }, (_, octet) =>
  /[A-Za-z0-9.-]/.test(String.fromCharCode(octet)) ? 1 : 0,
);
const colon = 0x3a;

/** The parts of a request that say where it goes. */
export type Aim = {
  readonly method: string;
  readonly minor: 0 | 1;
  /** First octet of the target. */
  readonly first: number;
  /** The target as text; asked for in the unusual forms only. */
  readonly target: () => string;
};

/**
 * Refuses a request whose host is missing, malformed, said twice, or another in the target than in
 * `Host` (RFC 9112 3.2): no reader behind us may have a second opinion about it.
 */
export const assertAuthority = (fields: Fields, aim: Aim): void => {
  const line = fields.onlyLine(host);
  if (line === -1 && aim.minor === 1) throw new HttpFault('no Host');
  if (line !== -1) assertHost(fields, line);
  if (aim.first === slash && aim.method !== 'CONNECT') return;
  assertOtherForm(aim, line === -1 ? undefined : fields.valueAt(line));
};

const assertHost = (fields: Fields, line: number): void => {
  const { bytes, positions } = fields;
  const end = positions[line * 4 + 3] as number;
  let at = positions[line * 4 + 2] as number;
  while (at < end && plainOctets[bytes[at] as number] === 1) at++;
  if (at === end) return;
  if (bytes[at] === colon && isPort(bytes, at + 1, end)) return;
  if (!hostForm.test(fields.valueAt(line))) throw new HttpFault('malformed Host');
};

const isPort = (bytes: Buffer, start: number, end: number): boolean => {
  for (let at = start; at < end; at++) {
    const digit = (bytes[at] as number) - 0x30;
    if (digit < 0 || digit > 9) return false;
  }
  return end - start <= 5;
};

const assertOtherForm = ({ method, target }: Aim, value: string | undefined): void => {
  const text = target();
  if (method === 'CONNECT') {
    if (!authorityForm.test(text)) throw new HttpFault('CONNECT without an authority');
    return;
  }
  if (text === '*') {
    if (method !== 'OPTIONS') throw new HttpFault('target "*" is for OPTIONS only');
    return;
  }
  const authority = absoluteForm.exec(text)?.[1];
  if (authority === undefined) throw new HttpFault('malformed request target');
  if (value !== undefined && authority.toLowerCase() !== value.toLowerCase()) {
    throw new HttpFault('Host differs from the request target');
  }
};
