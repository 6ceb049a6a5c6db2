import { afterAll, beforeAll, expect, test } from 'vitest';
import { cleanUp } from '../folder.ts';
import { endAll } from './process.ts';
import { startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
}, 90_000);
afterAll(async () => {
  await endAll();
  await cleanUp();
});

const tried = async (...args: readonly string[]) => {
  const { code, stderr } = await world.byway(['intercept', 'pricing', '--dry-run', ...args]);
  return { code, stderr };
};

test.each<[readonly string[], number, string]>([
  [['--http-header', 'x-tenant==acme'], 0, "For equal: --http-header 'x-tenant=acme'"],
  [['--http-header', 'x-tenant=~ac.*'], 0, "expression: --http-header 'x-tenant~ac.*'"],
  [['--http-header', 'x-tenant!=acme'], 0, `--match 'header("x-tenant") != "acme"'`],
  [['--http-header', 'x-tenant', '=', 'acme'], 2, 'a header and its value are one word'],
  [
    ['--http-header', 'x-tenant=ac.*'],
    0,
    "For a regular expression: --http-header 'x-tenant~ac.*'",
  ],
  [['--http-header', 'x-tenant~(acme'], 2, 'this ( is never closed'],
  [['--http-header', 'x-tenant~[acme'], 2, '[ is never closed'],
  [['--http-header', 'x tenant=acme'], 2, '--http-header x-tenant=acme'],
  [['--http-header', 'x tenant: acme'], 2, '--http-header x-tenant: acme'],
  [['--http-header', 'x-tenant: acme'], 0, 'whose header x-tenant is "acme"'],
  [['--match', 'header("x-tenant") = "acme"'], 2, 'write =='],
  [['--match', 'header("x-tenant") =~ "ac.*"'], 2, 'write .matches("…")'],
  [['--match', 'header("x-tenant") == acme'], 2, '"acme"'],
  [['--match', '(header("x") or header("y")'], 2, 'add )'],
  [['--match', 'header("x") in ["a"'], 2, 'add ]'],
  [['--match', 'header("x-tenant" == "acme"'], 2, 'add )'],
  [['--match', 'header("x tenant") == "acme"'], 2, '"x-tenant"?'],
  [['--match', 'headr("x") == "acme"'], 2, 'header?'],
  [['--match', 'path.startWith("/a")'], 2, 'startsWith?'],
  [['--http-header', 'all'], 9, 'Leave out --http-header'],
  [['--http-header', 'all', '--yes'], 9, 'Leave out --http-header'],
  [['--http-header', 'x=1', '--other-keys', '--yes'], 9, 'Leave out --other-keys'],
  [['--http-header', 'x-byway-id~.*'], 9, 'each belongs to its user'],
  [['--priority', '5'], 2, '--priority is for general rules'],
  [['--http-header', 'x=1', '--priority', 'high'], 2, 'a whole number from -100 to 100'],
  [['--http-path-prefix', 'price'], 2, '--http-path-prefix /price'],
])('%j ends with %i and says what to type', async (args, code, message) => {
  const answer = await tried(...args);
  expect(answer.stderr).toContain(message);
  expect(answer.code).toBe(code);
});

test('a mistake in an expression is pointed at', async () => {
  const { stderr } = await tried('--match', 'header("x-tenant") = "acme"');
  expect(stderr).toContain(
    [
      '✗ --match: = is not known here, at column 20.',
      '  header("x-tenant") = "acme"',
      '                     ^',
      '  write ==',
    ].join('\n'),
  );
});
