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
  private members: ReadonlyMap<string, string> | undefined;
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
    const value = this.request.valueOf(host);
    return value === undefined ? undefined : hostOf(value);
  }

  cookie(name: string): string | undefined {
    const value = this.request.valueOf(cookie);
    return value === undefined ? undefined : cookieValue(value, name);
  }

  /** The value of the first member with that key, its percent signs decoded to octets. */
  baggage(key: string): string | undefined {
    this.members ??= membersOf(this.request.valueOf(baggage));
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

const none: ReadonlyMap<string, string> = new Map();

const membersOf = (value: string | undefined): ReadonlyMap<string, string> => {
  if (value === undefined) return none;
  const members = new Map<string, string>();
  for (const { key, written } of parseBaggage(value)) {
    if (!members.has(key)) members.set(key, percentDecoded(written));
  }
  return members;
};

// Only ASCII: `toLowerCase()` would also change octets of other letters.
const hostOf = (value: string): string =>
  value.replace(/:[0-9]*$/, '').replace(/[A-Z]+/g, (letters) => letters.toLowerCase());

/** Whether a `content-type` is that of gRPC, which gRPC-Web's is not. */
const isGrpc = (type: string | undefined): boolean =>
  type !== undefined && /^application\/grpc(?:[+;]|$)/i.test(type);

/** `/SERVICE/METHOD`, cut at the last slash as gRPC's own servers do. */
const callOf = (path: string): Call | null => {
  const slash = path.lastIndexOf('/');
  if (!path.startsWith('/') || slash <= 1 || slash === path.length - 1) return null;
  return { service: path.slice(1, slash), method: path.slice(slash + 1) };
};
