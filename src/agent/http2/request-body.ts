import type { ClientHttp2Stream, IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { replayBytesMax } from '../../protocol/limits.ts';
import { outgoing, type RawFields } from './fields.ts';

/**
 * The body and trailers of one request. They are read as fast as the present target takes them, and
 * not at all while there is none.
 */
export class RequestBody {
  /** The client has sent all of it. */
  ended = false;
  private readonly client: ServerHttp2Stream;
  private target: ClientHttp2Stream | undefined;
  private trailers: Parameters<ClientHttp2Stream['sendTrailers']>[0] = {};
  private kept: Buffer[] | undefined = [];
  private keptOctets = 0;

  /** `more` is called for each part that goes to the target. */
  constructor(client: ServerHttp2Stream, more: () => void) {
    this.client = client;
    client.pause();
    client.on('data', (bytes: Buffer) => {
      this.keep(bytes);
      more();
      if (this.target?.write(bytes) !== true) client.pause();
    });
    client.on('trailers', (headers: IncomingHttpHeaders, _flags: number, raw: RawFields) => {
      this.trailers = outgoing(raw, headers);
    });
    client.on('end', () => {
      // A stream that was reset may say "end" too: that completes no request.
      if (client.aborted || client.destroyed) return;
      this.ended = true;
      this.target?.end();
    });
  }

  /** Whether all that has come is still here, so that another target can have it. */
  get isWhole(): boolean {
    return this.kept !== undefined;
  }

  /** Sends it to this target from its beginning. */
  sendTo(target: ClientHttp2Stream): void {
    this.target = target;
    target.on('wantTrailers', () => target.sendTrailers(this.trailers));
    target.on('drain', () => {
      if (this.target === target) this.client.resume();
    });
    const room = (this.kept ?? []).map((bytes) => target.write(bytes)).every(Boolean);
    if (this.ended) target.end();
    else if (room) this.client.resume();
  }

  /** Nobody will ask for its beginning again. */
  forget(): void {
    this.kept = undefined;
  }

  /** Nobody wants it: what still comes is dropped. */
  drop(): void {
    this.forget();
    this.target = undefined;
    this.client.removeAllListeners('data');
    this.client.resume();
  }

  private keep(bytes: Buffer): void {
    this.keptOctets += bytes.length;
    if (this.keptOctets > replayBytesMax) this.kept = undefined;
    else this.kept?.push(bytes);
  }
}
