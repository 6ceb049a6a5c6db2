import type { Field } from '../../protocol/http2/hpack/field.ts';
import { OctetQueue } from '../../protocol/http2/octet-queue.ts';
import type { Http2Stream } from '../../protocol/http2/stream.ts';
import { replayBytesMax } from '../../protocol/limits.ts';

/**
 * The body and trailers of one request. They are taken as fast as the present target sends them,
 * and while there is none no more than the stream's window.
 */
export class RequestBody {
  private readonly client: Http2Stream;
  private target: Http2Stream | undefined;
  private kept: OctetQueue | undefined;
  private octets = 0;
  private ended: boolean;
  private last: readonly Field[] | undefined;
  /** Octets that the present target has sent, and that the client was given leave to follow up. */
  private gone = 0;
  private credited = 0;
  private dropping = false;

  /** `keeps`: as much as may be repeated is kept for another target. */
  constructor(client: Http2Stream, ended: boolean, keeps: boolean) {
    this.client = client;
    this.ended = ended;
    this.kept = keeps ? new OctetQueue() : undefined;
  }

  /** Whether all that has come is still here, so that another target can have it. */
  get isWhole(): boolean {
    return this.kept !== undefined;
  }

  data(bytes: Buffer, endStream: boolean): void {
    this.octets += bytes.length;
    this.ended = endStream;
    if (this.dropping) this.credit(this.octets);
    else {
      this.keep(bytes);
      this.target?.sendData(bytes, endStream);
    }
  }

  trailers(fields: readonly Field[]): void {
    this.ended = true;
    this.last = fields;
    this.target?.sendTrailers(fields);
  }

  /** Sends the request to this target from its beginning. */
  sendTo(target: Http2Stream, head: readonly Field[]): void {
    this.target = target;
    this.gone = 0;
    const bodiless = this.ended && this.octets === 0 && this.last === undefined;
    target.sendHead(head, bodiless);
    for (const bytes of this.kept?.all() ?? []) target.sendData(bytes, false);
    if (bodiless || !this.ended) return;
    if (this.last === undefined) target.sendData(nothing, true);
    else target.sendTrailers(this.last);
  }

  /** The target has sent so many octets more. */
  sent(octets: number): void {
    this.gone += octets;
    this.credit(this.gone);
  }

  /** There is no target now. */
  leave(): void {
    this.target = undefined;
  }

  /** Nobody will ask for its beginning again. */
  forget(): void {
    this.kept = undefined;
  }

  /** Nobody wants it: what still comes is dropped. */
  drop(): void {
    this.forget();
    this.leave();
    this.dropping = true;
    this.credit(this.octets);
  }

  private keep(bytes: Buffer): void {
    if (this.kept === undefined) return;
    if (this.octets > replayBytesMax) this.kept = undefined;
    else this.kept.push(bytes);
  }

  // A second target sends again what the client has been given credit for already.
  private credit(octets: number): void {
    if (octets <= this.credited) return;
    this.client.release(octets - this.credited);
    this.credited = octets;
  }
}

const nothing = Buffer.alloc(0);
