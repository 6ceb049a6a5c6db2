import type { PassReason } from '../../protocol/reports.ts';
import type {
  Exchange,
  ExchangeFacts,
  ExchangeOrigin,
  ExchangeState,
  HeaderLine,
  RecordedMessage,
} from './exchange.ts';
import { KeptBytes } from './kept-bytes.ts';

/** A head as HTTP/1 writes it; that of another version of HTTP is put into this form. */
export type RecordedHead = { readonly bytes: Buffer };

export type RecordedRequestHead = RecordedHead & {
  readonly method: string;
  readonly target: string;
};

export type RecordedResponseHead = RecordedHead & { readonly status: number };

export type RecordingOptions = {
  readonly id: string;
  readonly origin: ExchangeOrigin;
  readonly servedBy: 'local' | 'pod';
  readonly replayOf?: string | undefined;
  /** Undefined when the pod got it unseen. Not kept: its memory may be used again. */
  readonly head: RecordedRequestHead | undefined;
  readonly passReason?: PassReason;
  /** Told of bytes that are kept, and of each change of state. */
  readonly grew: (bytes: number) => void;
  readonly changed: () => void;
};

/**
 * One exchange while it is recorded. Whoever reads along calls this; nothing in it waits, throws or
 * keeps what it was given.
 */
export class Recording {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly at: number = Date.now();
  readonly #options: Omit<RecordingOptions, 'head'>;
  readonly #first: { readonly method: string; readonly target: string } | undefined;
  readonly #since = performance.now();
  readonly #requestHead: Buffer | undefined;
  readonly #requestBody = new KeptBytes();
  readonly #answerBody = new KeptBytes();
  #answerHead: Buffer | undefined;
  #status: number | null = null;
  #state: ExchangeState = 'running';
  #requestBodyMs: number | null = null;
  #firstByteMs: number | null = null;
  #totalMs: number | null = null;
  #keeps = true;

  constructor(options: RecordingOptions) {
    this.id = options.id;
    const { head, ...others } = options;
    this.#options = others;
    if (head === undefined) this.#state = 'passed';
    else {
      this.#first = { method: head.method, target: head.target };
      this.#requestHead = Buffer.from(head.bytes);
      options.grew(this.#requestHead.length);
    }
  }

  /** As it came, secrets included; null when the pod got it unseen. */
  get path(): string | null {
    return this.#first?.target ?? null;
  }

  get running(): boolean {
    return this.#state === 'running';
  }

  readonly requestBody = (bytes: Buffer, start: number, end: number): void => {
    this.#keep(this.#requestBody, bytes, start, end);
  };

  requestEnded(): void {
    this.#requestBodyMs ??= this.#now();
  }

  /** The final answer's head, or 101. */
  answered(head: RecordedResponseHead): void {
    this.#status = head.status;
    this.#firstByteMs = this.#now();
    if (this.#keeps) {
      this.#answerHead = Buffer.from(head.bytes);
      this.#options.grew(this.#answerHead.length);
    }
    this.#options.changed();
  }

  readonly answerBody = (bytes: Buffer, start: number, end: number): void => {
    this.#keep(this.#answerBody, bytes, start, end);
  };

  /** Says how it ended; only the first time counts. */
  end(state: Exclude<ExchangeState, 'running' | 'passed'>): void {
    if (this.#state !== 'running') return;
    this.#state = state;
    this.#totalMs = this.#now();
    this.#options.changed();
  }

  /** It had to give way to newer ones: nothing more of it is kept. */
  forget(): void {
    this.#keeps = false;
    this.#requestBody.forget();
    this.#answerBody.forget();
  }

  /** All but the messages, which cost more to put together. */
  facts(): ExchangeFacts {
    const { origin, servedBy, passReason, replayOf } = this.#options;
    return {
      ...origin,
      id: this.id,
      at: this.at,
      state: this.#state,
      method: this.#first?.method ?? null,
      path: this.#first?.target ?? null,
      status: this.#status,
      servedBy,
      ...(passReason === undefined ? {} : { passReason }),
      ...(replayOf === undefined ? {} : { replayOf }),
      timing: {
        requestBodyMs: this.#requestBodyMs,
        firstByteMs: this.#firstByteMs,
        totalMs: this.#totalMs,
      },
    };
  }

  get requestHeaders(): readonly HeaderLine[] {
    return this.#requestHead === undefined ? [] : headerLinesOf(this.#requestHead);
  }

  exchange(): Exchange {
    return {
      ...this.facts(),
      request: this.#message(this.#requestHead, this.#requestBody, this.#requestBodyMs),
      response: this.#message(this.#answerHead, this.#answerBody, this.#totalMs),
    };
  }

  #message(
    head: Buffer | undefined,
    body: KeptBytes,
    endedAfterMs: number | null,
  ): RecordedMessage | null {
    if (head === undefined) return null;
    const { bytes, totalBytes, truncated } = body;
    return {
      startLine: startLineOf(head),
      headers: headerLinesOf(head),
      body: { bytes, totalBytes, truncated, endedAfterMs },
    };
  }

  #keep(body: KeptBytes, bytes: Buffer, start: number, end: number): void {
    if (!this.#keeps) {
      body.totalBytes += end - start;
      return;
    }
    const kept = body.take(bytes, start, end);
    if (kept > 0) this.#options.grew(kept);
  }

  #now(): number {
    return performance.now() - this.#since;
  }
}

const startLineOf = (head: Buffer): string => head.toString('latin1', 0, head.indexOf('\r\n'));

const headerLinesOf = (head: Buffer): readonly HeaderLine[] =>
  head
    .toString('latin1')
    .split('\r\n')
    .slice(1)
    .filter((line) => line !== '')
    .map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1).replace(/^[\t ]+|[\t ]+$/g, '')];
    });
