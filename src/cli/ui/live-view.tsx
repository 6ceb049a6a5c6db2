import type { Paint } from '../paint.ts';
import { View } from './components/view.tsx';
import { type Frames, openFrames } from './frames.tsx';
import { GatheredRows } from './gathered-rows.ts';
import type { LiveSource } from './live-source.ts';
import { type Change, change } from './model/change.ts';
import { type Beginning, type Model, newModel } from './model/model.ts';
import { type Action, press } from './model/press.ts';
import { createPace, type Pace } from './pace.ts';
import { perform } from './perform.ts';
import { type Guard, guardTerminal } from './terminal/guard.ts';
import type { Key } from './terminal/keys.ts';
import { Screen, type Terminal } from './terminal/screen.ts';
import { missLines } from './words/miss-words.ts';

export type LiveViewOptions = Omit<Beginning, 'size' | 'sees'> & {
  readonly terminal: Terminal;
  readonly paint: Paint;
  readonly source: LiveSource;
};

/** Milliseconds between looks at what changes by itself: times, latency, the next attempt. */
const lookMs = 1_000;
/** Changes in one frame from which on some may have been left out, and milliseconds until all are asked for. */
const manyChanges = 100;
const askAgainMs = 5_000;
/** While reconnecting, so that the seconds count down. */
const soonLookMs = 250;

/** Draws an intercept and does what keys ask for, from `open` to `close`. */
export class LiveView {
  readonly #source: LiveSource;
  readonly #paint: Paint;
  readonly #screen: Screen;
  readonly #frames: Frames;
  readonly #pace: Pace;
  readonly #gathered = new GatheredRows();
  #model: Model;
  #guard: Guard | undefined;
  #unsubscribe: () => void = () => {};
  #looks: NodeJS.Timeout | undefined;
  #closed = false;
  #askedAt = 0;
  #missedSome = false;

  constructor({ terminal, paint, source, ...beginning }: LiveViewOptions) {
    const sees = source.requests !== undefined;
    this.#source = source;
    this.#paint = paint;
    this.#model = newModel({ ...beginning, sees, size: terminal.size() });
    this.#frames = openFrames();
    this.#pace = createPace(() => this.#draw());
    this.#screen = new Screen(terminal, {
      key: (key) => this.#press(key),
      resize: (size) => this.change({ type: 'size', size }),
      drained: () => this.#pace.wanted(),
    });
  }

  get model(): Model {
    return this.#model;
  }

  open(): void {
    const requests = this.#source.requests?.source;
    this.#guard = guardTerminal(this.#screen, () => this.#pace.wanted(true));
    this.#screen.open();
    this.#look();
    this.#unsubscribe =
      requests?.subscribe((row) => {
        this.#gathered.add(row);
        this.#pace.wanted();
      }) ?? this.#unsubscribe;
    this.#askForAll();
    this.#pace.wanted(true);
  }

  /** Resolves when the terminal is as it was before. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#unsubscribe();
    clearTimeout(this.#looks);
    this.#pace.stop();
    await this.#screen.close();
    this.#guard?.release();
    this.#frames.end();
  }

  readonly change = (event: Change): void => {
    this.#model = change(this.#model, event);
    if (event.type === 'misses' && this.#model.page?.kind === 'misses') {
      this.change({ type: 'lines', of: 'misses', id: null, lines: missLines(event.misses) });
    }
    this.#pace.wanted(event.type !== 'head' && event.type !== 'rows');
  };

  #askForAll(): void {
    this.#askedAt = performance.now();
    this.#missedSome = false;
    void this.#source.requests?.source.list().then(
      (rows) => this.change({ type: 'rows', rows: [...rows].reverse() }),
      () => {}, // Those that come from now on are shown all the same.
    );
  }

  /** Lets somebody else have the terminal until the promise is over. */
  readonly #lend = async <T,>(use: () => Promise<T>): Promise<T> => {
    await this.#screen.close();
    try {
      return await use();
    } finally {
      // The session may have ended meanwhile.
      if (!this.#closed) {
        this.#screen.open();
        this.#pace.wanted(true);
      }
    }
  };

  #press(key: Key): void {
    this.#takeRows();
    const { model, action } = press(this.#model, key);
    this.#model = model;
    if (action !== undefined) this.#act(action);
    this.#pace.wanted(true);
  }

  #act(action: Action): void {
    if (action.type === 'suspend') void this.#guard?.suspend();
    else if (action.type === 'redraw') this.#screen.clear();
    else {
      perform(action, this.#source, {
        model: () => this.#model,
        change: this.change,
        lend: this.#lend,
        send: (sequence) => this.#screen.send(sequence),
      });
    }
  }

  #takeRows(): void {
    const rows = this.#gathered.take();
    if (rows.length === 0) return;
    if (rows.length >= manyChanges) this.#missedSome = true;
    this.#model = change(this.#model, { type: 'rows', rows });
    const { page } = this.#model;
    if (page?.kind === 'detail' && rows.some(({ id }) => id === page.id)) {
      this.#act({ type: 'open', id: page.id ?? '' });
    }
  }

  #draw(): void {
    if (!this.#screen.isOpen) return;
    this.#takeRows();
    const { size } = this.#model;
    const now = Date.now();
    this.#screen.draw(
      this.#frames.draw(<View model={this.#model} now={now} paint={this.#paint} />, size),
    );
  }

  readonly #look = (): void => {
    const tunnel = this.#source.tunnel();
    this.#model = change(this.#model, { type: 'time', now: Date.now() });
    this.change({ type: 'head', head: { tunnel } });
    if (this.#missedSome && performance.now() - this.#askedAt > askAgainMs) this.#askForAll();
    const wait = tunnel?.state === 'reconnecting' ? soonLookMs : lookMs;
    this.#looks = setTimeout(this.#look, wait);
  };
}
