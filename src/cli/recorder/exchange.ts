import type { PassReason } from '../../protocol/reports.ts';

/** A header line as it stood on the wire, its octets as latin1 text. */
export type HeaderLine = readonly [name: string, value: string];

/**
 * `running`: its answer is not whole yet. `upgraded`: it became another protocol, which is not read.
 * `aborted`: one side ended before the answer was whole. `unreadable`: it ceased to be HTTP. `passed`: the
 * pod answered, and nothing of it was seen here.
 */
export type ExchangeState =
  | 'running'
  | 'complete'
  | 'upgraded'
  | 'aborted'
  | 'unreadable'
  | 'passed';

/** What was kept of a body, without the framing of its transfer; its content encoding stays. */
export type RecordedBody = {
  readonly bytes: Buffer;
  readonly totalBytes: number;
  /** Fewer bytes were kept than came, or what was kept had to give way to newer ones. */
  readonly truncated: boolean;
  /** Milliseconds since the request's head was read; null while it runs, and when it never ended. */
  readonly endedAfterMs: number | null;
};

export type RecordedMessage = {
  /** Without its line end. */
  readonly startLine: string;
  readonly headers: readonly HeaderLine[];
  readonly body: RecordedBody;
};

/** Where the time went, in milliseconds since the request's head was read; null where not yet. */
export type ExchangeTiming = {
  readonly requestBodyMs: number | null;
  /** Until the head of the answer. */
  readonly firstByteMs: number | null;
  readonly totalMs: number | null;
};

/** Which intercept a request came for. */
export type ExchangeOrigin = {
  /** The intercept's id, and its workload's name. */
  readonly intercept: string;
  readonly name: string;
  /** On this machine. */
  readonly port: number;
};

/** What became of one request. */
export type ExchangeFacts = ExchangeOrigin & {
  /** `rq_N`, as events name it; unique in one process. */
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly state: ExchangeState;
  /** Null when the pod got it without its being seen here. */
  readonly method: string | null;
  readonly path: string | null;
  /** Of the final answer; null before it. */
  readonly status: number | null;
  readonly servedBy: 'local' | 'pod';
  readonly passReason?: PassReason;
  /** The exchange that this one repeats. */
  readonly replayOf?: string;
  readonly timing: ExchangeTiming;
};

/**
 * One request with its answer, real values and all: it never leaves the session's memory. What others
 * see is an `ExchangeView`.
 */
export type Exchange = ExchangeFacts & {
  readonly request: RecordedMessage | null;
  readonly response: RecordedMessage | null;
};
