import type { Argument, Command, Option } from 'commander';
import { type Names, namesFor } from './names-for.ts';

export type Candidate = { readonly value: string; readonly description: string };

/** What may stand at the cursor; `files` leaves it to the shell. */
export type Completion = { readonly candidates: readonly Candidate[]; readonly files: boolean };

const none: Completion = { candidates: [], files: false };
const files: Completion = { candidates: [], files: true };

/**
 * Completes the last of the words that follow the program's name, by walking the program. `names` is only
 * asked where a name may stand.
 */
export const complete = async (
  program: Command,
  words: readonly string[],
  names: Names,
): Promise<Completion> => {
  const current = words.at(-1) ?? '';
  const { command, given, args, pending } = readWords(program, words.slice(0, -1));
  // What follows belongs to another program.
  if (given.includes('--') || (passesOn(command) && args.length > 0)) return files;
  if (pending !== undefined) return startingWith(await valuesOf(pending, names), current);
  const [flag = '', value] = splitOnce(current);
  if (value !== undefined && current.startsWith('--')) {
    const option = optionCalled(command, flag);
    if (option === undefined) return none;
    const values = await valuesOf(option, names);
    return values.files ? none : startingWith(prefixed(values, `${flag}=`), current);
  }
  if (current.startsWith('-')) return startingWith(optionsOf(command, given), current);
  return startingWith(await wordsOf(command, args.length, names), current);
};

type Read = {
  readonly command: Command;
  readonly given: readonly string[];
  readonly args: readonly string[];
  /** The option whose value comes next. */
  readonly pending: Option | undefined;
};

const readWords = (program: Command, words: readonly string[]): Read => {
  let command = program;
  let pending: Option | undefined;
  const args: string[] = [];
  for (const word of words) {
    const isFlag = word.startsWith('-');
    const isValue = pending !== undefined && (pending.required || !isFlag);
    pending = isFlag && !isValue ? optionWithValue(command, word) : undefined;
    if (isFlag || isValue) continue;
    const sub = args.length === 0 ? subCalled(command, word) : undefined;
    if (sub === undefined) args.push(word);
    else command = sub;
  }
  // An optional value need not come.
  return { command, given: words, args, pending: pending?.required === true ? pending : undefined };
};

const subCalled = (command: Command, word: string): Command | undefined =>
  subsOf(command).find((sub) => sub.name() === word);

const optionWithValue = (command: Command, flag: string): Option | undefined => {
  const option = optionCalled(command, flag);
  return option?.required === true || option?.optional === true ? option : undefined;
};

const subsOf = (command: Command): readonly Command[] =>
  command.createHelp().visibleCommands(command);

const optionCalled = (command: Command, flag: string): Option | undefined =>
  command.options.find(({ long, short }) => long === flag || short === flag);

/** Whether its arguments are another program's. */
const passesOn = (command: Command): boolean =>
  (command as unknown as { readonly _passThroughOptions?: boolean })._passThroughOptions === true;

const splitOnce = (word: string): readonly string[] => {
  const at = word.indexOf('=');
  return at < 0 ? [word] : [word.slice(0, at), word.slice(at + 1)];
};

const optionsOf = (command: Command, given: readonly string[]): Completion => {
  const visible = command.createHelp().visibleOptions(command);
  const left = visible.filter(
    ({ long, variadic, parseArg }) =>
      long != null && (variadic || parseArg !== undefined || !given.includes(long)),
  );
  const candidates = left.map(({ long, description }) => ({ value: long ?? '', description }));
  return { candidates, files: false };
};

const wordsOf = async (command: Command, index: number, names: Names): Promise<Completion> => {
  const subs = subsOf(command);
  if (subs.length > 0 && index === 0) {
    const candidates = subs.map((sub) => ({ value: sub.name(), description: sub.description() }));
    return { candidates, files: false };
  }
  const { registeredArguments: all } = command;
  const last = all.at(-1);
  const argument = all[index] ?? (last?.variadic === true ? last : undefined);
  return argument === undefined ? none : await valuesOf(argument, names);
};

const valuesOf = async (place: Option | Argument, names: Names): Promise<Completion> => {
  const choices = place.argChoices;
  if (choices !== undefined) return named(choices);
  const label = 'flags' in place ? (/[<[]([^\]>.]+)/.exec(place.flags)?.[1] ?? '') : place.name();
  if (label === 'file') return files;
  const kind = namesFor(label, place.description);
  return kind === undefined ? none : named(await names(kind));
};

const named = (values: readonly string[]): Completion => ({
  candidates: values.map((value) => ({ value, description: '' })),
  files: false,
});

const prefixed = ({ candidates }: Completion, prefix: string): Completion => ({
  candidates: candidates.map((one) => ({ ...one, value: prefix + one.value })),
  files: false,
});

const startingWith = (completion: Completion, start: string): Completion => ({
  ...completion,
  candidates: completion.candidates.filter(({ value }) => value.startsWith(start)),
});
