import { assertAuthority } from './authority.ts';
import { assertHeadSize, type FieldName, Fields, fieldName, part, scanFields } from './fields.ts';
import { type FirstLine, methodOf, readFirstLine } from './first-line.ts';
import {
  assertFramingKept,
  type ConnectionOptions,
  connectionOptions,
  declaredFraming,
  type Framing,
  isPersistent,
  noBody,
} from './framing.ts';

const upgrade = fieldName('upgrade');
const cookie = fieldName('cookie');

/**
 * One request head, read strictly (RFC 9112 3 and 5). It refers to the memory that it was read
 * from; what is asked of it later than that memory is good must be asked for before.
 */
export class RequestHead {
  readonly method: string;
  readonly minor: 0 | 1;
  readonly fields: Fields;
  readonly framing: Framing;
  /** Whether the client would send another request on this connection. */
  readonly persistent: boolean;
  /** It asks for another protocol (`Connection: upgrade` with `Upgrade`), or is a CONNECT. */
  readonly switches: boolean;
  /** Octets of the head, from the first line to the empty line. */
  readonly length: number;
  private readonly line: FirstLine;

  constructor(fields: Fields, line: FirstLine, length: number) {
    const { minor } = line;
    this.method = methodOf(fields.bytes, line.methodEnd);
    this.minor = minor;
    this.fields = fields;
    this.length = length;
    this.line = line;
    const options: ConnectionOptions = connectionOptions(fields);
    assertFramingKept(fields);
    this.framing = declaredFraming(fields, minor) ?? noBody;
    this.persistent = isPersistent(minor, options);
    this.switches = this.method === 'CONNECT' || (options.upgrade && fields.linesOf(upgrade) > 0);
  }

  /** The head exactly as it came. */
  get bytes(): Buffer {
    return part(this.fields.bytes, 0, this.length);
  }

  get target(): string {
    return this.fields.bytes.toString('latin1', this.line.targetStart, this.line.targetEnd);
  }

  /** How many lines have that name. */
  linesOf(name: FieldName): number {
    return this.fields.linesOf(name);
  }

  /** The values of all lines with that name, joined with ", ", those of `cookie` with "; ". */
  valueOf(name: FieldName): string | undefined {
    const { fields } = this;
    if (name.text !== cookie.text || fields.linesOf(name) < 2) return fields.valueOf(name);
    const lines: string[] = [];
    for (let line = 0; line < fields.count; line++) {
      if (fields.isNamed(line, name)) lines.push(fields.valueAt(line));
    }
    return lines.join('; ');
  }
}

/**
 * Reads a head at the start of `bytes`. Undefined when it is still incomplete. Throws `HttpFault`
 * for whatever must not be forwarded. The result refers to `bytes`, it does not copy them.
 */
export const readRequestHead = (bytes: Buffer): RequestHead | undefined => {
  const line = readFirstLine(bytes);
  if (line === undefined) return undefined;
  const fields = new Fields(bytes);
  const end = scanFields(fields, line.end);
  assertHeadSize(end === -1 ? bytes.length : end);
  if (end === -1) return undefined;
  const head = new RequestHead(fields, line, end);
  assertAuthority(fields, {
    method: head.method,
    minor: head.minor,
    first: bytes[line.targetStart] as number,
    target: () => head.target,
  });
  return head;
};
