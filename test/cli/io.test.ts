import { expect, test } from 'vitest';
import { showsColour } from '../../src/cli/io.ts';
import { createBuffers } from './buffers.ts';

test.each([
  [true, {}, true],
  [false, {}, false],
  [true, { NO_COLOR: '1' }, false],
  [true, { NO_COLOR: '' }, true],
  [true, { TERM: 'dumb' }, false],
  [false, { FORCE_COLOR: '1' }, true],
  [true, { FORCE_COLOR: '0' }, false],
  [false, { FORCE_COLOR: '1', TERM: 'dumb' }, true],
  [false, { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
])('a terminal (%s) with %j shows colour: %s', (terminal, environment, shown) => {
  expect(showsColour(terminal, environment)).toBe(shown);
});

test('--no-color wins over the terminal', async () => {
  const { io } = createBuffers({ terminal: true });
  await io.prepare({});
  expect(io.paint().bad('x')).not.toBe('x');
  await io.prepare({ color: false });
  expect(io.paint().bad('x')).toBe('x');
  expect(io.paintData().good('x')).toBe('x');
});

test('data goes to stdout, messages to stderr, and --quiet leaves only warnings', async () => {
  const { io, stdout, stderr } = createBuffers();
  io.print('data');
  io.printJson({ a: 1 });
  io.say('message');
  await io.prepare({ quiet: true });
  io.say('silenced');
  io.warn('warning');
  expect(stdout()).toBe('data\n{"a":1}\n');
  expect(stderr()).toBe('message\nwarning\n');
});

test('nobody is asked without a terminal or with --no-input', async () => {
  const pipe = createBuffers();
  await pipe.io.prepare({});
  expect(pipe.io.interactive()).toBe(false);
  const terminal = createBuffers({ terminal: true });
  await terminal.io.prepare({});
  expect(terminal.io.interactive()).toBe(true);
  await terminal.io.prepare({ input: false });
  expect(terminal.io.interactive()).toBe(false);
});
