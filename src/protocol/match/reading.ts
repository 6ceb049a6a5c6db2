import { parseBaggage } from '../../propagation/baggage.ts';
import { fieldName } from '../http1/fields.ts';
import { cookieValue } from './cookies.ts';
import { percentDecoded } from './octets.ts';
import type { RequestFields } from './request-fields.ts';
import { queryParameter, type TargetParts, targetParts } from './target.ts';

const host = fieldName('host');
const cookie = fieldName('cookie');
const baggage = fieldName('baggage');
const contentType = fieldName('content-type');

type Call = { readonly service: string; readonly method: string };

/**
 * One request as rules look at it; what several of them ask for is read once. Values are octets as
 * latin1 strings, undefined when the request has none.
 */
export class RequestReading {
  readonly request: RequestFields;
  private parts: TargetParts | undefined;
  private baggageText: string | undefined;
  private members: ReadonlyMap<string, string> | undefined;
  private hostText: string | undefined;
  private call: Call | null | undefined;

  constructor(request: RequestFields) {
    this.request = request;
  }

  path(): string {
    this.parts ??= targetParts(this.request.target);
    return this.parts.path;
  }

  query(name: string): string | undefined {
    this.parts ??= targetParts(this.request.target);
    return this.parts.query === undefined ? undefined : queryParameter(this.parts.query, name);
  }

  /** In lower case and without the port. */
  host(): string | undefined {
    if (this.hostText === undefined) {
      const value = this.request.valueOf(host);
      if (value !== undefined) this.hostText = hostOf(value);
    }
    return this.hostText;
  }

  cookie(name: string): string | undefined {
    const value = this.request.valueOf(cookie);
    return value === undefined ? undefined : cookieValue(value, name);
  }

  /** The value of the first member with that key, its percent signs decoded to octets. */
  baggage(key: string): string | undefined {
    if (this.members === undefined) {
      // Most baggage doesn't have the key at all, and need not be taken apart to know it.
      this.baggageText ??= this.request.valueOf(baggage) ?? '';
      if (!this.baggageText.includes(key)) return undefined;
      this.members = membersOf(this.baggageText);
    }
    return this.members.get(key);
  }

  grpcService(): string | undefined {
    return this.grpc()?.service;
  }

  grpcMethod(): string | undefined {
    return this.grpc()?.method;
  }

  private grpc(): Call | null {
    if (this.call === undefined) {
      this.call = isGrpc(this.request.valueOf(contentType)) ? callOf(this.path()) : null;
    }
    return this.call;
  }
}

const membersOf = (value: string): ReadonlyMap<string, string> => {
  const members = new Map<string, string>();
  for (const { key, written } of parseBaggage(value)) {
    if (!members.has(key)) members.set(key, percentDecoded(written));
  }
  return members;
};

// Only ASCII: `toLowerCase()` would also change octets of other letters.
const hostOf = (value: string): string => {
  let end = value.length;
  while (isDigit(value.charCodeAt(end - 1))) end--;
  const bare = value[end - 1] === ':' ? value.slice(0, end - 1) : value;
  return /[A-Z]/.test(bare) ? bare.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) : bare;
};

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;

/** Whether a `content-type` is that of gRPC, which gRPC-Web's is not. */
const isGrpc = (type: string | undefined): boolean =>
  type !== undefined && /^application\/grpc(?:[+;]|$)/i.test(type);

/** `/SERVICE/METHOD`, cut at the last slash as gRPC's own servers do. */
const callOf = (path: string): Call | null => {
  const slash = path.lastIndexOf('/');
  if (!path.startsWith('/') || slash <= 1 || slash === path.length - 1) return null;
  return { service: path.slice(1, slash), method: path.slice(slash + 1) };
};
