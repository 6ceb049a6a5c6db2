import { Command } from 'commander';
import type { Context } from '../context.ts';
import { withExamples } from './options.ts';

export type PlaygroundOptions = { readonly once?: boolean; readonly json?: boolean };

export const playgroundCommand = (context: Context, exit: (code: number) => void): Command => {
  const command = new Command('playground')
    .option('--once', 'play the tour, check every answer, and end')
    .option('--json', 'print JSON lines for programs on standard output')
    .action(async (options: PlaygroundOptions) => exit(await playground(context, options)));
  return withExamples(command, 'byway playground', 'byway playground --once');
};

export const playground = async (
  context: Context,
  { once, json }: PlaygroundOptions,
): Promise<number> =>
  (await context.playground()).playground({ once: once === true, json: json === true });
