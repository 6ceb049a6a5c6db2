import type { HeaderLine } from './exchange.ts';
import type { ExchangeSummary, ExchangeView } from './view.ts';

/** A request as someone edited it; `[redacted:NAME]` of the original stands for its real value. */
export type EditedRequest = {
  readonly method: string;
  readonly path: string;
  readonly headers: readonly HeaderLine[];
  /** Text of the new body; null for the recorded one. */
  readonly body: string | null;
};

export type ReplayOptions = {
  readonly against: 'local' | 'cluster';
  /** Lets methods that may change something go to the cluster. */
  readonly unsafe: boolean;
  readonly edited?: EditedRequest | undefined;
};

/**
 * The requests of a session, in this process or in another one. Nothing in it is a secret but what
 * `get` is asked to reveal: `header:NAME`, `cookie:NAME`, `query:NAME`, `json:PATH`, `key`, or `all`.
 */
export type ExchangeSource = {
  /** Newest first. */
  readonly list: () => Promise<readonly ExchangeSummary[]>;
  /** Undefined when there is none, or no longer. */
  readonly get: (id: string, reveal?: readonly string[]) => Promise<ExchangeView | undefined>;
  /**
   * Sends a request again, and resolves with the new exchange once its answer is whole. Rejects with a
   * `UserError` that says why it was not sent, or what became of it.
   */
  readonly replay: (id: string, options: ReplayOptions) => Promise<ExchangeView>;
  /**
   * Calls back with each exchange that begins or changes, each a few times at most, until the returned function
   * is called. Of a thousand a second it may leave some out, and `list` has them.
   */
  readonly subscribe: (listener: (changed: ExchangeSummary) => void) => () => void;
};
