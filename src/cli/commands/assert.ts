import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { messageOf, UserError } from '../../base/errors.ts';
import type { Assertion, Verdict } from '../assertion/judge.ts';
import type { TestCase } from '../assertion/junit.ts';
import type { LocalTarget } from '../assertion/local-target.ts';
import type { AssertionArguments } from '../assertion/read-assertion.ts';
import type { Context } from '../context.ts';
import { type CommonOptions, withCommonOptions, withExamples } from './options.ts';

export type AssertOptions = CommonOptions & AssertionArguments & { readonly junit?: string };

export const assertCommand = (context: Context): Command => {
  const command = new Command('assert')
    .argument('[name]', 'its name or id; may be left out when there is only one')
    .option('--min <n>', 'at least so many (default: 1; with --max alone: 0)')
    .option('--max <n>', 'at most so many, to the end of --within')
    .option('--path <path>', 'with exactly that path')
    .option('--path-prefix <path>', 'whose path starts like that')
    .option('--path-regex <regex>', 'whose whole path matches')
    .option('--method <method>', 'with that method')
    .addOption(repeatable('--query <name=value>', 'with that query parameter; or NAME'))
    .addOption(repeatable('--header <header>', 'NAME=VALUE, "NAME: VALUE", NAME~REGEX or NAME'))
    .option('--match <expression>', 'as docs/matching.md describes')
    .option('--status <status>', 'that were answered with 200, 2xx or 200,404')
    .option('--within <time>', 'wait for them so long: 60s (default: judge by what has come)')
    .option('--since <time>', 'only those after: 30s ago, or 2026-11-21T10:42:07Z')
    .option('--junit <file>', 'write the outcome there as JUnit XML')
    .action((name: string | undefined, options: AssertOptions) =>
      assertArrivals(context, name, options),
    );
  return withExamples(
    withCommonOptions(command),
    'byway assert checkout --min 1 --path /cart --status 2xx --within 60s',
    'byway assert checkout --max 0 --path-prefix /admin --within 5s',
    "byway assert --header 'x-tenant=acme' --junit reports/byway.xml",
  );
};

const repeatable = (flags: string, description: string): Option =>
  new Option(flags, description).argParser(
    (value: string, before: readonly string[] | undefined) => [...(before ?? []), value],
  );

/** Throws a `UserError` of kind `assertion` when it does not hold. */
export const assertArrivals = async (
  context: Context,
  name: string | undefined,
  options: AssertOptions,
): Promise<void> => {
  const { annotated } = await import('../pipeline/annotations.ts');
  const { readAssertion } = await import('../assertion/read-assertion.ts');
  const assertion = readAssertion(options, Date.now());
  await annotated(context, 'byway assert', async () => {
    const { assertionInWords } = await import('../assertion/words.ts');
    const wanted = assertionInWords(assertion);
    const report = async (test: Omit<TestCase, 'name'>): Promise<void> => {
      if (options.junit === undefined) return;
      const { writeJunit } = await import('../assertion/junit.ts');
      await writeJunit(resolve(options.junit), { name: wanted, ...test });
    };
    try {
      await judgeAndTell(context, name, options, { assertion, wanted, report });
    } catch (error) {
      if (!(error instanceof UserError && error.kind === 'assertion')) {
        const message = messageOf(error);
        await report({
          of: name ?? '',
          seconds: 0,
          outcome: { type: 'error', message, details: '' },
        });
      }
      throw error;
    }
  });
};

type Asserting = {
  readonly assertion: Assertion;
  readonly wanted: string;
  readonly report: (test: Omit<TestCase, 'name'>) => Promise<void>;
};

const judgeAndTell = async (
  context: Context,
  name: string | undefined,
  options: AssertOptions,
  { assertion, wanted, report }: Asserting,
): Promise<void> => {
  const { io, environment } = context;
  const { findTarget, noTarget } = await import('../assertion/local-target.ts');
  const target = await findTarget(environment, name);
  if (target === undefined) throw await noTarget(environment, name, 'assert');
  const { judge } = await import('../assertion/judge.ts');
  const intercepts = target.intercepts.map(({ file }) => file.id);
  const judged = judge(target.socket, {
    ...assertion,
    question: { ...assertion.question, intercepts },
  });
  const verdict = await io.progress.during(`Waiting for ${wanted}`, judged);
  const { arrivalInWords, verdictInWords } = await import('../assertion/words.ts');
  const { reachedOf } = await import('../assertion/reached.ts');
  const reached = verdict.passed
    ? undefined
    : await reachedOf(() => context.manager(options.manager), target);
  const lines = verdictInWords(assertion, verdict, reached);
  const { group, harmless, isGithub } = await import('../pipeline/annotations.ts');
  const told = lines.map(harmless).join('\n');
  if (options.json === true) io.printJson(asJson(target, wanted, verdict));
  const seconds = verdict.tookMs / 1000;
  if (verdict.passed) {
    await report({ of: target.name, seconds, outcome: { type: 'passed' } });
    io.say(`${io.paint().good('✓')} ${target.name}: ${wanted}. ${told}`);
    return;
  }
  const others = verdict.tally.differing.map((arrival) => `  ${harmless(arrivalInWords(arrival))}`);
  if (isGithub(environment) && others.length > 0) {
    for (const line of group(`Other requests at ${target.name}`, others)) io.say(line);
  }
  const message = `${target.name}: wanted ${wanted}${withinInWords(assertion)}.`;
  await report({
    of: target.name,
    seconds,
    outcome: {
      type: 'failure',
      message: `${message} ${lines[0] ?? ''}`,
      details: lines.join('\n'),
    },
  });
  throw new UserError(harmless(message), { kind: 'assertion', hint: told });
};

const withinInWords = ({ withinMs }: Assertion): string =>
  withinMs === 0 ? '' : ` within ${withinMs / 1000} s`;

const asJson = (target: LocalTarget, wanted: string, verdict: Verdict): unknown => ({
  passed: verdict.passed,
  intercept: target.name,
  wanted,
  ms: Math.round(verdict.tookMs),
  ended: verdict.gone,
  counts: {
    matched: verdict.tally.matched,
    others: verdict.tally.others,
    passed: verdict.tally.passed,
    forgotten: verdict.tally.forgotten,
  },
  matched: verdict.tally.matching,
  others: verdict.tally.differing,
  close: verdict.tally.close,
});
