import { Socket } from 'node:net';

/**
 * A socket that tells a reset from an end. Node takes a reset that comes right behind the last bytes
 * for an end, so that an answer without a length that was cut would look whole. After a reset the
 * system no longer knows the peer; once our own side has ended that says nothing, and the end counts.
 * The peer's address must not have been asked for before, because Node remembers it.
 */
export class ResetAwareSocket extends Socket {
  override push(chunk: unknown, encoding?: BufferEncoding): boolean {
    if (chunk !== null || this.writableEnded || this.remoteAddress !== undefined) {
      return super.push(chunk, encoding);
    }
    this.destroy(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }));
    return false;
  }
}
