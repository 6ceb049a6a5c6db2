/** A ClientHello that is malformed or too large; the message says how, without its contents. */
export class HelloFault extends Error {
  override readonly name: string = 'HelloFault';
}
