import { readBody } from './body.ts';
import { HttpFault } from './fault.ts';
import { type RequestHead, readRequestHead } from './request-head.ts';

/**
 * Reads bytes that are exactly one request, head and body, and stay one: no CONNECT, no Upgrade.
 * Throws `HttpFault` for everything else.
 */
export const readWholeRequest = (bytes: Buffer): RequestHead => {
  const head = readRequestHead(bytes);
  if (head === undefined) throw new HttpFault('the head has no end');
  if (head.switches) throw new HttpFault('it asks for another protocol');
  const body = readBody(head.framing);
  const end = body.done() ? head.length : body.take(bytes, head.length);
  if (!body.done()) throw new HttpFault('the body has no end');
  if (end !== bytes.length) throw new HttpFault('something stands behind the body');
  return head;
};

/** Methods that ask for nothing but an answer (RFC 9110 9.2.1), those without a way to do harm. */
export const isSafeMethod = (method: string): boolean =>
  method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
