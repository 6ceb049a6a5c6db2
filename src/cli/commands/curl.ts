import { Command } from 'commander';
import { UserError } from '../../base/errors.ts';
import type { Context } from '../context.ts';
import { withExamples } from './options.ts';

export type CurlOptions = { readonly manager?: string; readonly ci?: boolean };

export const curlCommand = (context: Context, exit: (code: number) => void): Command => {
  const command = new Command('curl')
    .usage('[--manager URL] [--ci] URL [arguments of curl]')
    .argument('[arguments...]', 'all as curl takes it')
    .option('--manager <url>', 'manager to ask for the key (or BYWAY_MANAGER)')
    .option('--ci', 'with the key of the run that intercepts here (or BYWAY_RUN)')
    .helpOption('--help', 'show this help; curl has its own')
    .passThroughOptions()
    .allowUnknownOption()
    .action(async (args: readonly string[], options: CurlOptions) =>
      exit(await curl(context, args, options)),
    );
  return withExamples(
    command,
    'byway curl localhost:8080/cart/42',
    'byway curl -s -X POST https://shop.example.com/cart -d \'{"sku":7}\'',
  );
};

/** Returns curl's own exit code. */
export const curl = async (
  context: Context,
  args: readonly string[],
  options: CurlOptions,
): Promise<number> => {
  if (args.length === 0) {
    throw new UserError('Which URL?', {
      kind: 'usage',
      hint: 'byway curl URL   byway curl --help',
    });
  }
  const manager = await context.manager(options.manager);
  const me = await manager.me(await runFor(context, manager.connection.manager, options));
  if (me.key === null) {
    throw new UserError(`${me.user} has no routing key: the token is an agent's.`, {
      kind: 'policy',
    });
  }
  const { runCurl } = await import('../curl/run-curl.ts');
  return await runCurl(context.environment, args, me.key);
};

const runFor = async (
  { environment }: Context,
  { href }: URL,
  { ci }: CurlOptions,
): Promise<string | undefined> => {
  if (ci === true) {
    const { localRun } = await import('../pipeline/local-run.ts');
    return await localRun(environment, href);
  }
  const { namedRun } = await import('../pipeline/run-name.ts');
  return namedRun(environment);
};
