import { KeyReader } from './key-reader.ts';
import type { Key } from './keys.ts';

/** A terminal as the screen needs it; tests pass one of their own. */
export type Terminal = {
  readonly input: {
    readonly setRawMode: (on: boolean) => unknown;
    readonly on: (event: 'data', listener: (bytes: Buffer) => void) => unknown;
    readonly off: (event: 'data', listener: (bytes: Buffer) => void) => unknown;
    readonly resume: () => unknown;
    readonly pause: () => unknown;
  };
  readonly size: () => Size;
  /** Calls back when the terminal has another size, until the returned function is called. */
  readonly onResize: (listener: () => void) => () => void;
  /** Writes without keeping this process waiting; calls back when the terminal has taken it. */
  readonly write: (text: string, written: () => void) => void;
  /** Writes before it returns; for the end of a process. */
  readonly writeNow: (text: string) => void;
};

export type Size = { readonly columns: number; readonly rows: number };

export type ScreenEvents = {
  readonly key: (key: Key) => void;
  readonly resize: (size: Size) => void;
  /** The last frame is out, and one that was left out because of it can be drawn. */
  readonly drained: () => void;
};

// The other screen, without a cursor and without line breaks of the terminal's own.
const enter = '\u001b[?1049h\u001b[?25l\u001b[?7l\u001b[0m\u001b[2J';
const leave = '\u001b[0m\u001b[?7h\u001b[?25h\u001b[?1049l';
/** Milliseconds that a terminal has to take the last frame when it is given back. */
const closeMsMax = 1_000;
const beginFrame = '\u001b[?2026h';
const endFrame = '\u001b[?2026l';

/**
 * A terminal of which we have all of the screen and all keys between `open` and `close`. A frame
 * that comes while the terminal still takes the last one is dropped and `drained` is told, so that
 * nobody waits for a slow terminal.
 */
export class Screen {
  readonly #terminal: Terminal;
  readonly #events: ScreenEvents;
  readonly #keys: KeyReader;
  #shown: readonly string[] = [];
  #open = false;
  /** Writes that the terminal has not taken yet. */
  #pending = 0;
  #missed = false;
  #forgetResize: () => void = () => {};

  constructor(terminal: Terminal, events: ScreenEvents) {
    this.#terminal = terminal;
    this.#events = events;
    this.#keys = new KeyReader(events.key);
  }

  get isOpen(): boolean {
    return this.#open;
  }

  get size(): Size {
    return this.#terminal.size();
  }

  /** Takes the terminal; does nothing when it has it. */
  open(): void {
    if (this.#open) return;
    const { input, onResize } = this.#terminal;
    this.#open = true;
    this.#shown = [];
    this.#forgetResize = onResize(this.#resized);
    input.setRawMode(true);
    input.on('data', this.#keys.take);
    input.resume();
    this.#write(enter);
  }

  /** Takes it again, when somebody else may have had it without our giving it back. */
  retake(): void {
    if (!this.#open) return;
    this.#shown = [];
    this.#terminal.input.setRawMode(false);
    this.#terminal.input.setRawMode(true);
    this.#write(enter);
  }

  /** Gives the terminal back as it was; does nothing when it is not ours. */
  async close(): Promise<void> {
    if (!this.#release()) return;
    // Behind the last frame, and not for ever: a terminal may have ceased to take anything.
    await new Promise<void>((resolve) => {
      const late = setTimeout(resolve, closeMsMax);
      this.#terminal.write(leave, () => {
        clearTimeout(late);
        resolve();
      });
    });
  }

  /** The same before it returns, for a process that is about to end. */
  closeNow(): void {
    if (this.#release()) this.#terminal.writeNow(leave);
  }

  /** Whether there was anything to release. */
  #release(): boolean {
    if (!this.#open) return false;
    const { input } = this.#terminal;
    this.#open = false;
    this.#forgetResize();
    this.#keys.forget();
    input.off('data', this.#keys.take);
    input.pause();
    try {
      input.setRawMode(false);
    } catch {
      // The terminal is gone, and its modes with it.
    }
    return true;
  }

  /** Draws lines from the top; only those that differ from what is shown are sent. */
  draw(lines: readonly string[]): void {
    if (!this.#open) return;
    if (this.#pending > 0) {
      this.#missed = true;
      return;
    }
    const changes = changesOf(this.#shown, lines, this.size.rows);
    this.#shown = lines;
    if (changes !== '') this.#write(beginFrame + changes + endFrame);
  }

  /** Forgets what is shown, so that the next frame draws all of it. */
  clear(): void {
    this.#shown = [];
    if (this.#open) this.#write('\u001b[2J');
  }

  /** Sends a sequence that draws nothing, such as one for the clipboard. */
  send(sequence: string): void {
    if (this.#open) this.#write(sequence);
  }

  readonly #resized = (): void => {
    this.clear();
    this.#events.resize(this.size);
  };

  #write(text: string): void {
    this.#pending++;
    this.#terminal.write(text, () => {
      this.#pending--;
      if (this.#pending > 0 || !this.#missed) return;
      this.#missed = false;
      this.#events.drained();
    });
  }
}

const changesOf = (shown: readonly string[], lines: readonly string[], rows: number): string => {
  let changes = '';
  const end = Math.min(rows, Math.max(shown.length, lines.length));
  for (let row = 0; row < end; row++) {
    const line = lines[row] ?? '';
    if (line === shown[row]) continue;
    // Erased first: behind a line that fills the row, erasing would take its last column.
    changes += `\u001b[${row + 1};1H\u001b[0m\u001b[2K${line}`;
  }
  return changes;
};
