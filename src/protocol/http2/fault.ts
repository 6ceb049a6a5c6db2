/**
 * A peer broke the rules of HTTP/2 in a way that ends the connection (RFC 9113 5.4.1). `code` goes
 * into the GOAWAY.
 */
export class Http2Fault extends Error {
  override readonly name = 'Http2Fault';
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** A request or an answer that RFC 9113 8 forbids; it ends its stream and no other. */
export class MalformedMessage extends Error {
  override readonly name = 'MalformedMessage';
}
