/**
 * A field block that can't be read. What it did to the table is unknown, so the connection is lost:
 * the caller ends it with COMPRESSION_ERROR (RFC 9113 4.3). The message names no octet of a field.
 */
export class HpackFault extends Error {
  override readonly name: string = 'HpackFault';
}
