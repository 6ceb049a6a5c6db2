import type { Terminal } from '@xterm/headless';

export type TerminalOptions = {
  readonly command: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  readonly columns?: number;
  readonly rows?: number;
};

export type PseudoTerminal = {
  readonly screen: Terminal;
  readonly ended: Promise<number | null>;
  /** What stands there now, without blanks at the ends of lines. */
  readonly lines: () => readonly string[];
  /** Waits until a text stands there. */
  readonly shows: (text: string | RegExp, milliseconds?: number) => Promise<void>;
  /** Of its device. */
  readonly name: () => string;
  readonly type: (keys: string) => void;
  /** All that was written there. */
  readonly bytes: () => string;
  readonly resize: (columns: number, rows: number) => void;
  readonly modes: () => string;
  readonly freeze: () => void;
  readonly thaw: () => void;
  readonly kill: () => void;
};

export declare const startInTerminal: (options: TerminalOptions) => PseudoTerminal;
