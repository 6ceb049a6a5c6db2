import { chunkedField, host, lastChunk, message } from './compose.ts';
import type { Claims, Smuggle } from './vector.ts';

/** The request that an attacker hides from one of two readers. */
export const hidden: string = message('GET /smuggled HTTP/1.1', [host]);

/** An innocent request before or behind the attack. */
export const innocent: string = message('GET /innocent HTTP/1.1', [host]);

/** A body in chunks that ends at once, and a request behind it. */
export const hiddenAfterChunks: string = lastChunk() + hidden;

/** Nothing of the faulty request is forwarded, and nothing after it, but `requests` came before it. */
export const refusedHead = (requests = 0): Claims => ({
  verdict: 'refused',
  requests,
  fault: 'head',
});

/** The faulty request never completes, and nothing after it is forwarded. */
export const refusedBody = (requests = 0): Claims => ({
  verdict: 'refused',
  requests,
  fault: 'body',
});

/** All is valid: a correct reader sees so many requests. */
export const forwarded = (requests: number): Claims => ({ verdict: 'forwarded', requests });

/** A POST whose Content-Length covers `body` whole. */
export const withLength = (body: string, fields: readonly string[] = []): string =>
  message('POST /attack HTTP/1.1', [host, `Content-Length: ${body.length}`, ...fields], body);

/** A POST in chunks. */
export const withChunks = (body: string, fields: readonly string[] = []): string =>
  message('POST /attack HTTP/1.1', [host, chunkedField, ...fields], body);

/** The vectors of one family. Names get the family in front, so that they are unique in all families. */
export const family = (
  name: string,
  vectors: readonly (readonly [name: string, bytes: string, claims: Claims])[],
): readonly Smuggle[] =>
  vectors.map(([vector, bytes, claims]) => ({
    name: `${name}: ${vector}`,
    family: name,
    bytes,
    claims,
  }));
