import { expect, test } from 'vitest';
import { complete } from '../../../src/cli/completion/complete.ts';
import { namesFor } from '../../../src/cli/completion/names-for.ts';
import { everyCommand, wholeProgram } from '../every-command.ts';

const program = await wholeProgram();

const at = async (...words: readonly string[]) => {
  const { candidates, files } = await complete(program, words, async (kind) => [`a-${kind}`]);
  return files ? 'files' : candidates.map(({ value }) => value);
};

test.each<[readonly string[], readonly string[] | 'files']>([
  [['tok'], ['token']],
  [['token', 'cr'], ['create']],
  [['token', 'create', '--us'], ['--user']],
  [
    ['login', '--store', ''],
    ['keychain', 'file'],
  ],
  [['login', '--store=f'], ['--store=file']],
  [['completion', 'z'], ['zsh']],
  [['intercept', ''], ['a-services']],
  [['intercept', '--port', '3000', ''], ['a-services']],
  [['intercept', '--port', ''], []],
  [['intercept', '--http-header', 'x=1', ''], ['a-services']],
  [['intercept', 'pricing', '--', ''], 'files'],
  [['leave', 'one', ''], ['a-intercepts']],
  [['status', 'one', ''], []],
  [['token', 'create', '--agent', ''], ['a-services']],
  [['token', 'create', '--agent=a'], ['--agent=a-services']],
  [['up', ''], ['a-project']],
  [['list', '--ca', ''], 'files'],
  [['curl', 'http://localhost', '-'], 'files'],
  [['nothing', ''], []],
  [['ses'], []],
  [['__c'], []],
])('%j', async (words, wanted) => {
  expect(await at(...words)).toEqual(wanted);
});

test('every command and every flag of every command is offered, with what help says of it', async () => {
  for (const { words, command } of await everyCommand()) {
    const before = words.slice(0, -1);
    const name = words.at(-1) ?? '';
    const offered = await complete(program, [...before, name], async () => []);
    expect(offered.candidates).toContainEqual({ value: name, description: command.description() });
    for (const { long, hidden } of command.options) {
      if (long == null || hidden) continue;
      expect(await at(...words, long)).toContain(long);
    }
  }
});

test('a flag is offered once, unless it may be repeated', async () => {
  expect(await at('list', '--all', '--al')).toEqual([]);
  expect(await at('intercept', '--baggage', 'a=1', '--bag')).toEqual(['--baggage']);
});

test('what each place takes a name of', async () => {
  const places = (await everyCommand()).flatMap(({ words, command }) =>
    command.registeredArguments.flatMap((argument) => {
      const kind = namesFor(argument.name(), argument.description);
      return kind === undefined ? [] : [`${words.join(' ')}: ${kind}`];
    }),
  );
  expect(places.sort()).toEqual([
    'assert: intercepts',
    'down: project',
    'extend: intercepts',
    'inspect: intercepts',
    'intercept: services',
    'leave: intercepts',
    'pause: intercepts',
    'resume: intercepts',
    'status: intercepts',
    'up: project',
    'wait: intercepts',
  ]);
});
