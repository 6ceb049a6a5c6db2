import { type BodyReader, readBody } from '../../protocol/http1/body.ts';
import { HttpFault } from '../../protocol/http1/fault.ts';
import { readResponseHead } from '../../protocol/http1/response-head.ts';
import { type PodFailure, podAnswerBytesMax } from '../../protocol/pod-requests.ts';

/** Finds the end of one answer among the bytes that come. */
export class AnswerReader {
  readonly #method: string;
  #chunks: Buffer[] = [];
  #bytes = 0;
  /** What is not read yet. */
  #rest: Buffer = Buffer.alloc(0);
  #body: BodyReader | undefined;
  #untilClose = false;
  #final = false;

  constructor(method: string) {
    this.#method = method;
  }

  /** The answer as it came, with the interim ones before it. */
  get answer(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  /** `more` until it is whole; then nothing more is wanted. */
  take(bytes: Buffer): 'more' | 'whole' | PodFailure {
    this.#bytes += bytes.length;
    if (this.#bytes > podAnswerBytesMax) return 'answer_too_large';
    this.#chunks.push(bytes);
    this.#rest = Buffer.concat([this.#rest, bytes]);
    try {
      while (this.#step()) {
        if (this.#final && this.#body?.done() === true) {
          return this.#rest.length === 0 ? 'whole' : 'not_http';
        }
      }
      return 'more';
    } catch (error) {
      if (error instanceof HttpFault) return 'not_http';
      throw error;
    }
  }

  /** The pod has ended its side: an answer without a length is whole with that. */
  end(): 'whole' | PodFailure {
    return this.#final && this.#untilClose ? 'whole' : 'pod_broke';
  }

  /** Reads a head or goes on in a body; false when more bytes are needed. */
  #step(): boolean {
    if (this.#body === undefined || (this.#body.done() && !this.#final)) return this.#head();
    const at = this.#body.take(this.#rest, 0);
    this.#rest = Buffer.from(this.#rest.subarray(at));
    return this.#body.done();
  }

  #head(): boolean {
    const head = readResponseHead(this.#rest, this.#method);
    if (head === undefined) return false;
    if (head.status === 101) throw new HttpFault('it changes to another protocol');
    this.#final = !head.interim;
    this.#untilClose = head.framing.kind === 'close';
    this.#body = readBody(head.framing);
    this.#rest = Buffer.from(this.#rest.subarray(head.length));
    return true;
  }
}
