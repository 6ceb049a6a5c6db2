import xterm from '@xterm/headless';
import { expect, test } from 'vitest';
import type { Key } from '../../../src/cli/ui/terminal/keys.ts';
import { Screen, type Size, type Terminal } from '../../../src/cli/ui/terminal/screen.ts';

/** A terminal that takes a write when it is told to, and what a user sees there. */
const fakeTerminal = (size: Size = { columns: 20, rows: 5 }) => {
  const seen = new xterm.Terminal({ cols: size.columns, rows: size.rows, allowProposedApi: true });
  const taken: (() => void)[] = [];
  const writes: string[] = [];
  let onData: (bytes: Buffer) => void = () => {};
  let onResize = (): void => {};
  let raw = false;
  let automatic = true;
  const terminal: Terminal = {
    input: {
      setRawMode: (on) => {
        raw = on;
      },
      on: (_, listener) => {
        onData = listener;
      },
      off: () => {
        onData = () => {};
      },
      resume: () => {},
      pause: () => {},
    },
    size: () => ({ columns: seen.cols, rows: seen.rows }),
    onResize: (listener) => {
      onResize = listener;
      return () => {
        onResize = () => {};
      };
    },
    write: (text, written) => {
      writes.push(text);
      seen.write(text);
      if (automatic) written();
      else taken.push(written);
    },
    writeNow: (text) => {
      writes.push(text);
      seen.write(text);
    },
  };
  return {
    terminal,
    writes,
    raw: () => raw,
    type: (keys: string) => onData(Buffer.from(keys)),
    hang: () => {
      automatic = false;
    },
    take: () => {
      automatic = true;
      for (const written of taken.splice(0)) written();
    },
    resize: (columns: number, rows: number) => {
      seen.resize(columns, rows);
      onResize();
    },
    lines: async (): Promise<readonly string[]> => {
      await new Promise<void>((resolve) => seen.write('', resolve));
      const { active } = seen.buffer;
      return Array.from({ length: seen.rows }, (_, row) =>
        (active.getLine(row)?.translateToString(true) ?? '').trimEnd(),
      );
    },
    isAlternate: async (): Promise<boolean> => {
      await new Promise<void>((resolve) => seen.write('', resolve));
      return seen.buffer.active.type === 'alternate';
    },
  };
};

const opened = (size?: Size) => {
  const fake = fakeTerminal(size);
  const keys: Key['name'][] = [];
  const resized: Size[] = [];
  let drained = 0;
  const screen = new Screen(fake.terminal, {
    key: ({ name }) => keys.push(name),
    resize: (size) => resized.push(size),
    drained: () => {
      drained++;
    },
  });
  screen.open();
  return { ...fake, screen, keys, resized, drained: () => drained };
};

test('lines stand where they belong, also those that fill their row', async () => {
  const { screen, lines } = opened();
  screen.draw(['12345678901234567890', 'two', '', 'four', 'last one, row five..']);
  expect(await lines()).toEqual([
    '12345678901234567890',
    'two',
    '',
    'four',
    'last one, row five..',
  ]);
});

test('what is too long does not run into the next row', async () => {
  const { screen, lines } = opened();
  screen.draw(['123456789012345678901234567890', 'two']);
  expect((await lines())[1]).toBe('two');
  expect((await lines())[2]).toBe('');
});

test('only lines that differ are sent, and what is gone is erased', async () => {
  const { screen, lines, writes } = opened();
  screen.draw(['one', 'two', 'three']);
  screen.draw(['one', 'TWO']);
  expect(writes.at(-1)).not.toContain('one');
  expect(await lines()).toEqual(['one', 'TWO', '', '', '']);
  const before = writes.length;
  screen.draw(['one', 'TWO']);
  expect(writes).toHaveLength(before);
});

test('a frame is dropped while the terminal takes the last one, and asked for again', () => {
  const { screen, writes, hang, take, drained } = opened();
  hang();
  screen.draw(['one']);
  const before = writes.length;
  for (let frame = 0; frame < 100; frame++) screen.draw([`frame ${frame}`]);
  expect(writes).toHaveLength(before);
  expect(drained()).toBe(0);
  take();
  expect(drained()).toBe(1);
  screen.draw(['frame 99']);
  expect(writes.at(-1)).toContain('frame 99');
});

test('another size is told, and everything is drawn anew', async () => {
  const { screen, resize, resized, lines } = opened();
  screen.draw(['one', 'two']);
  resize(40, 8);
  expect(resized).toEqual([{ columns: 40, rows: 8 }]);
  screen.draw(['one', 'two']);
  expect((await lines()).slice(0, 2)).toEqual(['one', 'two']);
});

test('the terminal is as before when it is closed, in either way', async () => {
  for (const how of ['close', 'closeNow'] as const) {
    const { screen, raw, isAlternate, writes, type, keys } = opened();
    expect([raw(), await isAlternate()]).toEqual([true, true]);
    await screen[how]();
    expect([raw(), await isAlternate()]).toEqual([false, false]);
    expect(writes.at(-1)).toContain('\u001b[?25h');
    expect(writes.at(-1)).toContain('\u001b[?7h');
    const before = writes.length;
    type('q');
    screen.draw(['late']);
    await screen.close();
    screen.closeNow();
    expect([keys, writes.length]).toEqual([[], before]);
  }
});

test('closing does not wait for ever for a terminal that takes nothing', async () => {
  const { screen, hang, raw } = opened();
  hang();
  screen.draw(['one']);
  await screen.close();
  expect(raw()).toBe(false);
});

test('a terminal that is gone is closed all the same', () => {
  const { screen, terminal } = opened();
  Object.assign(terminal.input, {
    setRawMode: () => {
      throw new Error('EIO');
    },
  });
  screen.closeNow();
  expect(screen.isOpen).toBe(false);
});

test('keys come one by one, a lone Escape once nothing follows', async () => {
  const { type, keys } = opened();
  type('jj\u001b[');
  expect(keys).toEqual(['character', 'character']);
  type('A');
  expect(keys).toEqual(['character', 'character', 'up']);
  type('\u001b');
  while (keys.length < 4) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(keys.at(-1)).toBe('escape');
});
