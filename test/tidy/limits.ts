import { sourcesOf, type Tree } from './tree.ts';

const fileLinesMax = 300;
/** Counted by Biome, which knows the grammar, between the braces; here we see that it is told to. */
const functionLinesMax = 70;

/** Sources that are too long. */
export const sizeFaults = (tree: Tree): readonly string[] =>
  sourcesOf(tree)
    .map((file) => ({ file, lines: tree.text(file).trimEnd().split('\n').length }))
    .filter(({ lines }) => lines > fileLinesMax)
    .map(({ file, lines }) => `${file}: ${lines} lines, at most ${fileLinesMax}`);

type Rule = { readonly level?: string; readonly options?: { readonly maxLines?: number } };
type Rules = { readonly complexity?: Readonly<Record<string, Rule>> };
type BiomeConfiguration = {
  readonly linter?: { readonly enabled?: boolean; readonly rules?: Rules };
  readonly overrides?: readonly {
    readonly includes?: readonly string[];
    readonly linter?: unknown;
  }[];
};

const ruleName = 'noExcessiveLinesPerFunction';

/** Ways around the limit of lines a function: the rule changed, lifted for src, or silenced. */
export const functionLimitFaults = (tree: Tree): readonly string[] => {
  const { linter, overrides = [] } = JSON.parse(tree.text('biome.json')) as BiomeConfiguration;
  const rule = linter?.rules?.complexity?.[ruleName];
  const lines = rule?.level === 'error' ? rule.options?.maxLines : undefined;
  const faults: string[] = [];
  if (linter?.enabled === false || lines === undefined || lines > functionLinesMax) {
    faults.push(`biome.json: ${ruleName} is not an error from ${functionLinesMax} lines on`);
  }
  const lifted = overrides.some(
    ({ includes = ['**'], linter: rules }) =>
      rules !== undefined &&
      includes.some((pattern) => /^(\*|\.?\/?src\b)/.test(pattern) && !pattern.startsWith('!')),
  );
  if (lifted) faults.push('biome.json: an override changes rules for src');
  return faults;
};

const suppression = new RegExp(
  `${['biome', 'ignore'].join('-')}|@ts-(ignore|expect-error|nocheck)`,
);

/** Comments in sources that silence a checker. */
export const suppressionFaults = (tree: Tree): readonly string[] =>
  sourcesOf(tree)
    .filter((file) => suppression.test(tree.text(file)))
    .map((file) => `${file}: silences a checker`);
