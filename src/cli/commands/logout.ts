import { Command } from 'commander';
import type { Context } from '../context.ts';
import { type CommonOptions, withCommonOptions, withExamples } from './options.ts';

export const logoutCommand = (context: Context): Command => {
  const command = new Command('logout').action((options: CommonOptions) =>
    logout(context, options),
  );
  return withExamples(withCommonOptions(command), 'byway logout');
};

export const logout = async (context: Context, options: CommonOptions): Promise<void> => {
  const { io, environment } = context;
  const { manager } = await context.endpoint(options.manager);
  const forgotten = await (await context.credentials()).forget(manager);
  if (options.json === true) io.printJson({ manager: manager.href, forgotten });
  io.say(
    forgotten
      ? `The token for ${manager.origin} is forgotten. It stays valid: byway token revoke ends it.`
      : `No token is kept for ${manager.origin}.`,
  );
  if ((environment['BYWAY_TOKEN'] ?? '') !== '') io.say('BYWAY_TOKEN is still set and is used.');
};
