import { type Command, Option } from 'commander';
import { automatic } from '../arguments/header-words.ts';

/** Adds the flags that say which requests a rule takes. */
export const withMatchOptions = (command: Command): Command =>
  command
    .addOption(httpHeaderOption())
    .option('--http-path-equal <path>', 'only requests with exactly that path')
    .option('--http-path-prefix <path>', 'only requests whose path starts like that')
    .option('--http-path-regex <regex>', 'only requests whose whole path matches')
    .option('--http-method <method>', 'only requests with that method')
    .addOption(listOption('--http-query <name=value>', 'only with that query parameter; or NAME'))
    .addOption(listOption('--baggage <name=value>', 'requests with that baggage member; or NAME'))
    .option('--match <expression>', 'a rule of your own, as docs/matching.md describes');

/** An option that may be given several times. */
export const listOption = (flags: string, description: string): Option =>
  new Option(flags, description).argParser(
    (value: string, before: readonly string[] | undefined) => [...(before ?? []), value],
  );

const httpHeaderOption = (): Option =>
  new Option(
    '--http-header [header]',
    'NAME=VALUE, "NAME: VALUE", NAME~REGEX or NAME (present); all of them must be there. Nothing or auto: your key. A word right after it is its value, so say the name of the service first',
  )
    .argParser((value: string, before: readonly string[]) => [...before, value])
    .preset(automatic)
    .default([], 'your key');
