import type { Command } from 'commander';
import { createProgram } from '../../src/cli/program.ts';
import { contextWith, createBuffers } from './buffers.ts';

/** A command that acts, with the words that name it. */
export type NamedCommand = { readonly words: readonly string[]; readonly command: Command };

export const wholeProgram = (): Promise<Command> =>
  createProgram(
    { context: contextWith(createBuffers().io), argv: [], exit: () => {} },
    { whole: true },
  );

/** All that people may type, from the program itself. */
export const everyCommand = async (): Promise<readonly NamedCommand[]> =>
  leavesOf(await wholeProgram(), []);

const leavesOf = (command: Command, words: readonly string[]): readonly NamedCommand[] => {
  const visible = command.createHelp().visibleCommands(command);
  const subs = visible.filter((sub) => sub.name() !== 'help');
  return subs.length === 0
    ? [{ words, command }]
    : subs.flatMap((sub) => leavesOf(sub, [...words, sub.name()]));
};
