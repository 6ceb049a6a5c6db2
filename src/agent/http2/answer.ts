import type { Field } from '../../protocol/http2/hpack/field.ts';
import type { Http2Stream, StreamEvents } from '../../protocol/http2/stream.ts';

export type AnswerOwner = {
  /** The final answer's head has come; gives what the client gets of it. */
  readonly begins: (fields: readonly Field[]) => readonly Field[];
  /** Its last part was handed to the client's stream. */
  readonly whole: () => void;
  /** The stream that it came from is over before its time. */
  readonly lost: (code: number, reason?: string) => void;
  /** So many octets of the request have gone out. */
  readonly sent: (octets: number) => void;
};

/** The answer to one request: interim heads, head, body and trailers, handed on as they come. */
export class Answer implements StreamEvents {
  begun = false;
  isWhole = false;
  readonly from: Http2Stream;
  private readonly client: Http2Stream;
  private readonly owner: AnswerOwner;

  constructor(client: Http2Stream, from: Http2Stream, owner: AnswerOwner) {
    this.client = client;
    this.from = from;
    this.owner = owner;
  }

  head(fields: readonly Field[], endStream: boolean): void {
    if (isInterim(fields)) {
      this.client.sendHead(fields, false);
      return;
    }
    this.begun = true;
    this.client.sendHead(this.owner.begins(fields), endStream);
    if (endStream) this.end();
  }

  data(bytes: Buffer, endStream: boolean): void {
    this.client.sendData(bytes, endStream);
    if (endStream) this.end();
  }

  trailers(fields: readonly Field[]): void {
    this.client.sendTrailers(fields);
    this.end();
  }

  reset(code: number, reason?: string): void {
    this.owner.lost(code, reason);
  }

  sent(octets: number): void {
    this.owner.sent(octets);
  }

  private end(): void {
    this.isWhole = true;
    this.owner.whole();
  }
}

const isInterim = ([status]: readonly Field[]): boolean => status?.value.startsWith('1') === true;
