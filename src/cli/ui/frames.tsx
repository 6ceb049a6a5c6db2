import { render } from 'ink';
import type { ReactElement } from 'react';
import type { Size } from './terminal/screen.ts';

/** Draws components as the lines of a terminal of some size, and nothing into any terminal. */
export type Frames = {
  readonly draw: (tree: ReactElement, size: Size) => readonly string[];
  readonly end: () => void;
};

/**
 * ink lays out; what it would write is taken as the next frame. Its own way of drawing moves back by
 * lines, which a resized terminal breaks, and erases what the user can scroll back to.
 */
export const openFrames = (): Frames => {
  let size: Size = { columns: 80, rows: 24 };
  let frame = '';
  const output = {
    get columns() {
      return size.columns;
    },
    get rows() {
      return size.rows;
    },
    write: (text: string) => {
      frame = text;
      return true;
    },
    on: () => output,
    off: () => output,
  };
  const stdout = output as unknown as NodeJS.WriteStream;
  const instance = render(null, {
    stdout,
    stderr: stdout,
    stdin: process.stdin,
    debug: true,
    exitOnCtrlC: false,
    patchConsole: false,
  });
  return {
    draw: (tree, wanted) => {
      size = wanted;
      instance.rerender(tree);
      return frame.split('\n');
    },
    end: () => instance.unmount(),
  };
};
