/**
 * A message that is not forwarded. `status` is what a client is told: 400 malformed, 431 too
 * large, 501 a coding that we don't know. A fault in an answer is told as 502 whatever it says.
 */
export class HttpFault extends Error {
  override readonly name: string = 'HttpFault';
  readonly status: 400 | 431 | 501;

  constructor(message: string, status: 400 | 431 | 501 = 400) {
    super(message);
    this.status = status;
  }
}
