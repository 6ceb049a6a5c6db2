import type { Intercept } from '../../../protocol/intercepts.ts';
import type { NearMiss } from '../../../protocol/near-miss.ts';
import type { TunnelStatus } from '../../control/messages.ts';
import type { ExchangeSummary } from '../../recorder/view.ts';
import type { Size } from '../terminal/screen.ts';

/** What the intercept is doing. `ending`: it was asked to end, and what runs may finish. */
export type HeadState =
  | 'starting'
  | 'active'
  | 'paused'
  | 'not_ready'
  | 'disconnected'
  | 'ending'
  | 'ended';

/** What the lines above the list tell of the intercept. Times are milliseconds since 1970. */
export type Head = {
  readonly name: string;
  /** Where requests go: `localhost:4000`, or another laptop. */
  readonly target: string;
  /** In words. */
  readonly match: string;
  /** Whether it takes requests with the user's own key. */
  readonly personal: boolean;
  readonly state: HeadState;
  /** What belongs to the state: who paused it, or why it is not ready. */
  readonly because: string | null;
  /** Whether something listens on the local port; null where nobody knows. */
  readonly listening: boolean | null;
  readonly createdAt: number | null;
  readonly expiresAt: number | null;
  readonly transport: string | null;
  readonly tunnel: TunnelStatus | null;
  readonly counts: Intercept['counts'] | null;
};

export type Tone = 'plain' | 'good' | 'warning' | 'bad' | 'faint';

/** One line of a page; its text has no escape sequences. */
export type Line = {
  readonly text: string;
  readonly tone: Tone;
};

/** Something that fills the room of the list until it is closed, and scrolls. */
export type Page = {
  readonly kind: 'detail' | 'diff' | 'misses' | 'help';
  readonly title: string;
  /** The request that it is about. */
  readonly id: string | null;
  /** Undefined until they are known. Wrapped to the width when drawn. */
  readonly lines: readonly Line[] | undefined;
  /** The first line that is shown, of the wrapped ones. */
  readonly scroll: number;
};

/** Something said once, until a key is pressed or its time is over. */
export type Notice = {
  readonly text: string;
  readonly tone: Tone;
  /** Milliseconds since 1970; null stays until the next one. */
  readonly until: number | null;
};

export type Model = {
  readonly head: Head;
  readonly size: Size;
  /** Newest first, bounded. */
  readonly rows: readonly ExchangeSummary[];
  /** Null follows the newest. */
  readonly selected: string | null;
  /** The line of the list on which the selected one stands, so that it stays there. */
  readonly line: number;
  readonly filter: string;
  /** What is being typed, or null. */
  readonly typing: string | null;
  readonly page: Page | null;
  readonly misses: readonly NearMiss[];
  readonly notice: Notice | null;
  /** Asks before it leaves. */
  readonly leaving: boolean;
  /** Whether this view serves the intercept itself, so that `q` ends it. */
  readonly serves: boolean;
  /** Whether Escape goes back to a choice of several. */
  readonly hasChoice: boolean;
  /** Whether requests can be seen here: they are on the laptop that answers them, and nowhere else. */
  readonly sees: boolean;
};

/** Requests that the list keeps. */
export const rowsMax = 1_000;

export type Beginning = Pick<Model, 'head' | 'size' | 'serves' | 'hasChoice' | 'sees'>;

export const newModel = (beginning: Beginning): Model => ({
  ...beginning,
  rows: [],
  selected: null,
  line: 0,
  filter: '',
  typing: null,
  page: null,
  misses: [],
  notice: null,
  leaving: false,
});
