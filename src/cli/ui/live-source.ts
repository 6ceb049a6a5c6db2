import type { TunnelStatus } from '../control/messages.ts';
import type { EditedRequest, ExchangeSource } from '../recorder/source.ts';
import type { ExchangeView } from '../recorder/view.ts';
import type { Line } from './model/model.ts';

/** What can be done with the requests of a session. All reject with an error that says why not. */
export type Requests = {
  readonly source: ExchangeSource;
  /** The two answers, compared, as lines of a page. */
  readonly diff: (id: string) => Promise<readonly Line[]>;
  /** A command that sends the same, without its secrets. */
  readonly curl: (exchange: ExchangeView) => string;
  /** Asks the user's editor, which has the terminal; undefined when nothing was changed. */
  readonly edit: (exchange: ExchangeView) => Promise<EditedRequest | undefined>;
};

/** What a view shows and changes: an intercept of this process, or one of another. */
export type LiveSource = {
  /** Undefined where the requests are on another laptop. */
  readonly requests: Requests | undefined;
  /** How the tunnel is at this moment; null when nobody knows. */
  readonly tunnel: () => TunnelStatus | null;
  readonly pause: (paused: boolean) => Promise<void>;
  /** Ends the intercept. */
  readonly leave: () => Promise<void>;
  /** Ends the view; where it serves the intercept, that as well, as Ctrl-C does. */
  readonly quit: () => void;
  readonly interrupt: () => void;
  /** Back to a choice of several. */
  readonly back: () => void;
};
