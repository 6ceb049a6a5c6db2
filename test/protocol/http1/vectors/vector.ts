// Every string of bytes here is latin1: one character is one byte (0x00-0xff).

/** A request head that is refused with `status`; not a byte of it reaches the upstream. */
export type HostileHead = {
  readonly name: string;
  readonly family: string;
  /** The section that makes it a fault, such as `RFC 9112 5.1`, or `limit` for one of ours. */
  readonly rule: string;
  readonly bytes: string;
  readonly status: 400 | 431 | 501;
};

/** A valid request head and a faulty body: the upstream connection dies before its message completes. */
export type BodyFault = {
  readonly name: string;
  readonly family: string;
  readonly rule: string;
  readonly head: string;
  readonly body: string;
  /** The fault is the end: the client ends its side of the connection after these bytes. */
  readonly thenEnd?: boolean;
};

/** An answer that ends in a 502, or in a broken connection when its head was forwarded already. */
export type HostileResponse = {
  readonly name: string;
  readonly family: string;
  readonly rule: string;
  /** The method of the request that is being answered. */
  readonly method: string;
  readonly bytes: string;
  /** The fault is the end: the upstream ends its side of the connection after these bytes. */
  readonly thenEnd?: boolean;
};

/** An odd but valid request, one whole message, that is forwarded byte for byte. */
export type OddRequest = {
  readonly name: string;
  readonly rule: string;
  readonly bytes: string;
  readonly method: string;
  readonly target: string;
  /** The length of the content after chunks are decoded. */
  readonly contentBytes: number;
};

/** An odd but valid answer with all its interim answers, that is forwarded byte for byte. */
export type OddResponse = {
  readonly name: string;
  readonly rule: string;
  /** The method of the request that is being answered. */
  readonly method: string;
  readonly bytes: string;
  /** The length of the final answer's content after chunks are decoded. */
  readonly contentBytes: number;
  /** The content ends where the connection ends. */
  readonly closeDelimited?: boolean;
};

/**
 * What a correct reader makes of a smuggling attempt. `requests` counts the complete requests it sees, in
 * a refusal those before the faulty one. A faulty `head` forwards nothing of its request; a faulty `body`
 * never completes one.
 */
export type Claims =
  | { readonly verdict: 'forwarded'; readonly requests: number }
  | { readonly verdict: 'refused'; readonly requests: number; readonly fault: 'head' | 'body' };

/** All the bytes that one client sends on one connection, in the hope that two readers disagree. */
export type Smuggle = {
  readonly name: string;
  readonly family: string;
  readonly bytes: string;
  readonly claims: Claims;
};
