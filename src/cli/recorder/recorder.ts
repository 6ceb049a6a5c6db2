import type { PassReason } from '../../protocol/reports.ts';
import type { ExchangeOrigin } from './exchange.ts';
import { ageMsMax, exchangesMax, recordedBytesMax, sweepEveryMs } from './limits.ts';
import { type RecordedRequestHead, Recording } from './recording.ts';
import type { RedactionRules } from './redaction/rules.ts';

/** What is known of an intercept whose requests are recorded. */
export type Recorded = ExchangeOrigin & { readonly rules: RedactionRules };

/** An exchange, and what of it is a secret; the same object for as long as it is kept. */
export type RecordedExchange = { readonly recording: Recording; readonly rules: RedactionRules };

export type RecorderLimits = {
  readonly bytesMax: number;
  readonly exchangesMax: number;
  readonly ageMsMax: number;
};

type Entry = RecordedExchange & { bytes: number };

const defaultLimits: RecorderLimits = { bytesMax: recordedBytesMax, exchangesMax, ageMsMax };

/**
 * The requests of one process with their answers, newest kept: at most 2,000, 64 MiB, 256 KiB a
 * body, for an hour. In memory only, real values and all; it ends with the process.
 */
export class Recorder {
  readonly #limits: RecorderLimits;
  readonly #entries = new Map<string, Entry>();
  readonly #listeners = new Set<(id: string) => void>();
  #bytes = 0;
  #number = 0;
  #sweep: NodeJS.Timeout | undefined;

  constructor(limits: Partial<RecorderLimits> = {}) {
    this.#limits = { ...defaultLimits, ...limits };
  }

  /** Begins to record a request that came, or one that is sent again. */
  begin(
    { rules, ...origin }: Recorded,
    head: RecordedRequestHead,
    replay?: { readonly of: string; readonly servedBy: 'local' | 'pod' },
  ): Recording {
    const servedBy = replay?.servedBy ?? 'local';
    return this.#add(rules, { origin, servedBy, replayOf: replay?.of, head });
  }

  /** Notes a request that the pod got unseen; returns its id. */
  passed({ rules, ...origin }: Recorded, passReason: PassReason): string {
    return this.#add(rules, { origin, servedBy: 'pod', head: undefined, passReason }).id;
  }

  /** For a request that is not recorded. */
  nextId(): string {
    return `rq_${++this.#number}`;
  }

  get(id: string): RecordedExchange | undefined {
    this.#dropOld();
    return this.#entries.get(id);
  }

  /** Newest first. */
  list(): readonly RecordedExchange[] {
    this.#dropOld();
    return [...this.#entries.values()].reverse();
  }

  /** Calls back with the id of each that begins or changes, at once. */
  subscribe(listener: (id: string) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Bytes that are held at this moment. */
  get bytes(): number {
    return this.#bytes;
  }

  close(): void {
    clearInterval(this.#sweep);
    for (const id of [...this.#entries.keys()]) this.#drop(id);
    this.#listeners.clear();
  }

  #add(
    rules: RedactionRules,
    options: Omit<ConstructorParameters<typeof Recording>[0], 'id' | 'grew' | 'changed'>,
  ): Recording {
    const id = this.nextId();
    let early = 0;
    let entry: Entry | undefined;
    const recording = new Recording({
      ...options,
      id,
      grew: (bytes) => {
        if (entry === undefined) early += bytes;
        else this.#grow(entry, bytes);
      },
      changed: () => this.#tell(id),
    });
    entry = { recording, rules, bytes: 0 };
    this.#entries.set(id, entry);
    this.#grow(entry, early);
    this.#sweep ??= setInterval(() => this.#dropOld(), sweepEveryMs).unref();
    this.#tell(id);
    return recording;
  }

  #grow(entry: Entry, bytes: number): void {
    entry.bytes += bytes;
    this.#bytes += bytes;
    const { bytesMax, exchangesMax } = this.#limits;
    for (const id of this.#entries.keys()) {
      if (this.#bytes <= bytesMax && this.#entries.size <= exchangesMax) return;
      this.#drop(id);
    }
  }

  #drop(id: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    entry.recording.forget();
    this.#entries.delete(id);
    this.#bytes -= entry.bytes;
  }

  #dropOld(): void {
    const before = Date.now() - this.#limits.ageMsMax;
    for (const [id, { recording }] of this.#entries) {
      if (recording.at >= before) return;
      this.#drop(id);
    }
  }

  #tell(id: string): void {
    for (const listener of this.#listeners) listener(id);
  }
}
