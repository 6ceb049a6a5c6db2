// Writes man/byway.1 from the program itself. Build first.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createProgram } from '../dist/cli/program.js';

const codes = {
  0: 'ok',
  1: 'error',
  2: 'usage',
  3: 'not found',
  4: 'not logged in, or the token has expired',
  5: 'conflict with another intercept',
  6: 'manager unreachable',
  7: 'timed out, not ready',
  8: 'an assertion does not hold, or answers differ',
  9: 'refused by policy',
  130: 'ended by Ctrl\\-C',
};
const variables = {
  BYWAY_MANAGER: 'the manager to ask',
  BYWAY_TOKEN: 'the token; wins over what is stored',
  BYWAY_CA: "authority that signed the manager's certificate",
  BYWAY_CONFIG_DIR: 'where configuration is kept',
  BYWAY_NAMESPACE: 'the namespace of services',
  'HTTPS_PROXY, HTTP_PROXY, NO_PROXY': 'the way to the manager',
  'NO_COLOR, FORCE_COLOR': 'no colours, or colours in any case',
};

/** Lines of at most 76 characters; readers join them again. */
const folded = (text) => text.replace(/(?=.{77})(.{1,76})(?: |$)/g, '$1\n').trimEnd();

/** Text that roff takes as it is. */
const escaped = (text) =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replaceAll('…', '...')
    .replace(/^\./gm, '\\&.');

const bold = (text) => `\\fB${escaped(text)}\\fR`;

/** The program with nothing around it: only its names and texts are read. */
const readProgram = () => {
  const context = { io: { streams: { stdout: {}, stderr: {} } } };
  return createProgram({ context, argv: [], exit: () => {} }, { whole: true });
};

const leavesOf = (command, words) => {
  const subs = command.createHelp().visibleCommands(command);
  const own = subs.filter((sub) => sub.name() !== 'help');
  return own.length === 0
    ? [{ command, words }]
    : own.flatMap((sub) => leavesOf(sub, [...words, sub.name()]));
};

const definitions = (rows) =>
  rows.flatMap(([term, text]) => ['.TP', bold(term), escaped(folded(text))]);

/** The examples are what help prints before everything else. */
const examplesOf = (command) => {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part) });
  command.outputHelp();
  const [examples = ''] = text.split('\nUsage:');
  return examples
    .split('\n')
    .slice(1)
    .map((line) => line.trim())
    .filter((line) => line !== '');
};

const sectionOf = ({ command, words }) => {
  const help = command.createHelp();
  const name = ['byway', ...words].join(' ');
  const examples = examplesOf(command);
  const rows = [
    ...help.visibleArguments(command).map((one) => [one.name(), one.description]),
    ...help.visibleOptions(command).map((option) => [option.flags, help.optionDescription(option)]),
  ];
  return [
    `.SS ${escaped(name)}`,
    bold(`${name} ${command.usage()}`),
    '.PP',
    escaped(folded(`${command.description()}.`)),
    ...definitions(rows),
    ...(examples.length === 0
      ? []
      : ['.PP', 'Examples:', '.PP', '.RS', '.nf', ...examples.map(escaped), '.fi', '.RE']),
  ];
};

/** The text of the page. No version, and a date set by hand: it changes only when the program does. */
export const manPage = async () => {
  const program = await readProgram();
  const lines = [
    '.\\" Written by scripts/man.js from the program itself.',
    '.TH BYWAY 1 2026-11-21 "Byway" "Personal intercepts"',
    '.SH NAME',
    'byway \\- answer requests that carry your key on your own machine',
    '.SH SYNOPSIS',
    '.B byway',
    '.I command',
    '[options]',
    '.PP',
    '.B intercept',
    '[options]',
    '.SH DESCRIPTION',
    escaped(program.description()),
    `${bold('intercept')} is short for ${bold('byway intercept')}.`,
    escaped('People read standard error, programs read standard output;'),
    `${bold('--json')} ${escaped('prints JSON as the files in schemas/ describe it.')}`,
    '.SH COMMANDS',
    ...leavesOf(program, []).flatMap(sectionOf),
    '.SH EXIT STATUS',
    ...Object.entries(codes).flatMap(([code, text]) => ['.TP', bold(code), text]),
    '.PP',
    escaped("With a command after --: that command's own code, 128 + n for signal n."),
    '.SH ENVIRONMENT',
    ...definitions(Object.entries(variables)),
  ];
  return `${lines.join('\n')}\n`;
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = join(import.meta.dirname, '..', 'man');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'byway.1'), await manPage());
}
