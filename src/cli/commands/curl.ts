import { Command } from 'commander';
import { UserError } from '../../base/errors.ts';
import type { Context } from '../context.ts';
import { withExamples } from './options.ts';

export const curlCommand = (context: Context, exit: (code: number) => void): Command => {
  const command = new Command('curl')
    .usage('[--manager URL] URL [arguments of curl]')
    .argument('[arguments...]', 'all as curl takes it')
    .option('--manager <url>', 'manager to ask for the key (or BYWAY_MANAGER)')
    .helpOption('--help', 'show this help; curl has its own')
    .passThroughOptions()
    .allowUnknownOption()
    .action(async (args: readonly string[], options: { readonly manager?: string }) =>
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
  options: { readonly manager?: string },
): Promise<number> => {
  if (args.length === 0) {
    throw new UserError('Which URL?', {
      kind: 'usage',
      hint: 'byway curl URL   byway curl --help',
    });
  }
  const me = await (await context.manager(options.manager)).me();
  if (me.key === null) {
    throw new UserError(`${me.user} has no routing key: the token is an agent's.`, {
      kind: 'policy',
    });
  }
  const { runCurl } = await import('../curl/run-curl.ts');
  return await runCurl(context.environment, args, me.key);
};
