import { Command } from 'commander';
import { UserError } from '../../base/errors.ts';
import type { NewToken } from '../../protocol/api.ts';
import { parseDuration } from '../arguments/duration.ts';
import type { Context } from '../context.ts';
import { moment } from '../wording/figures.ts';
import { table } from '../wording/table.ts';
import { type CommonOptions, withCommonOptions, withExamples } from './options.ts';

/** The longest life of a token that has an end, in seconds. */
const tokenSecondsMax: number = 366 * 24 * 60 * 60;

export type TokenCreateOptions = CommonOptions & {
  readonly user?: string;
  readonly agent?: string;
  readonly workload?: string;
  readonly for?: string;
};

export const tokenCommand = (context: Context): Command => {
  const command = new Command('token')
    .addCommand(createCommand(context))
    .addCommand(listCommand(context))
    .addCommand(revokeCommand(context));
  return withExamples(
    command,
    'byway token create --user mia --for 90d > mia.token',
    'byway token create --agent pricing > pricing.token',
    'byway token create --workload checkout --for 24h      for a CI job',
    'byway token revoke tk_…',
  );
};

const createCommand = (context: Context): Command => {
  const command = new Command('create')
    .description('Make a token and print it, this once, on standard output')
    .option('--user <name>', 'for a person')
    .option('--agent <workload>', 'for the agent of a workload')
    .option('--workload <workload>', 'for a CI job that may intercept only this workload')
    .option('--for <time>', 'valid for that long: 90s, 45m, 24h, 90d')
    .action((options: TokenCreateOptions) => tokenCreate(context, options));
  return withExamples(
    withCommonOptions(command),
    'byway token create --agent pricing > pricing.token',
  );
};

const listCommand = (context: Context): Command =>
  withExamples(
    withCommonOptions(new Command('list'))
      .description('List tokens, without what is secret of them')
      .action((options: CommonOptions) => tokenList(context, options)),
    'byway token list',
    'byway token list --json',
  );

const revokeCommand = (context: Context): Command =>
  withExamples(
    withCommonOptions(new Command('revoke'))
      .description('End a token now')
      .argument('<id>', 'as `byway token list` shows it')
      .action((id: string, options: CommonOptions) => tokenRevoke(context, id, options)),
    'byway token revoke tk_…',
  );

export const tokenCreate = async (context: Context, options: TokenCreateOptions): Promise<void> => {
  const { io } = context;
  const wanted = newToken(options);
  const created = await (await context.manager(options.manager)).createToken(wanted);
  if (options.json === true) io.printJson(created);
  else io.print(created.token);
  const until =
    created.expiresAt === null
      ? 'until revoked'
      : `until ${moment(new Date(created.expiresAt), new Date())}`;
  io.say(`Made ${created.id}, valid ${until}. It is not shown again.`);
};

const newToken = ({ user, agent, workload, for: time }: TokenCreateOptions): NewToken => {
  const forSeconds = time === undefined ? {} : { forSeconds: parseDuration(time, tokenSecondsMax) };
  const wanted: NewToken[] = [];
  if (user !== undefined) wanted.push({ role: 'user', user, ...forSeconds });
  if (agent !== undefined) wanted.push({ role: 'agent', workload: agent, ...forSeconds });
  if (workload !== undefined) wanted.push({ role: 'ci', workload, ...forSeconds });
  const [only, another] = wanted;
  if (only !== undefined && another === undefined) return only;
  throw new UserError('Say whom the token is for: one of --user, --agent, --workload.', {
    kind: 'usage',
    hint: 'byway token create --help',
  });
};

export const tokenList = async (context: Context, options: CommonOptions): Promise<void> => {
  const { io } = context;
  const tokens = await (await context.manager(options.manager)).tokens();
  if (options.json === true) {
    io.printJson({ tokens });
    return;
  }
  const now = new Date();
  const rows = tokens.map(({ id, role, user, workload, expiresAt }) => [
    id,
    role,
    user,
    workload ?? '',
    expiresAt === null ? 'no end' : `until ${moment(new Date(expiresAt), now)}`,
  ]);
  io.print(table([['ID', 'ROLE', 'USER', 'WORKLOAD', 'VALID'], ...rows]));
};

export const tokenRevoke = async (
  context: Context,
  id: string,
  options: CommonOptions,
): Promise<void> => {
  await (await context.manager(options.manager)).revokeToken(id);
  if (options.json === true) context.io.printJson({ revoked: id });
  context.io.say(`${id} is no longer valid.`);
};
