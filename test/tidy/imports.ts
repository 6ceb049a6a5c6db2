import { posix } from 'node:path';
import { sourcesOf, type Tree } from './tree.ts';

/** What each folder of src/ may import besides itself: folders, npm packages, `node:` modules. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  base: ['node:'],
  propagation: [],
  protocol: ['base', 'propagation', 'valibot', 'node:crypto'],
  tunnel: ['base', 'protocol', 'valibot', 'ws', 'node:'],
  agent: ['base', 'propagation', 'protocol', 'tunnel', 'pino', 'valibot', 'node:'],
  manager: [
    ...['base', 'propagation', 'protocol', 'tunnel'],
    ...['@valibot/to-json-schema', 'pino', 'valibot', 'node:'],
  ],
  cli: [
    ...['base', 'propagation', 'protocol', 'tunnel'],
    ...['commander', 'got', 'ink', 'keytar', 'kleur', 'react', 'valibot', 'yaml', 'node:'],
  ],
  playground: [
    ...['base', 'propagation', 'protocol', 'tunnel', 'agent', 'manager', 'cli'],
    ...['valibot', 'node:'],
  ],
};

// A statement starts its line because everything is formatted; a dynamic import may be anywhere.
const statement = /^(?:import|export)\b(?:[^'"`;]*?\bfrom)?\s*(['"])([^'"]+)\1/gm;
const dynamic = /\b(?:import|require)\s*\(\s*(['"`])([^'"`]+)\1/g;
const computed = /\b(?:import|require)\s*\(\s*(?!['"`\s])/;

/** Specifiers as written: static, type-only, re-exported and dynamic. */
const specifiersOf = (text: string): readonly string[] =>
  [statement, dynamic].flatMap((form) =>
    [...text.matchAll(form)].map(([, , specifier = '']) => specifier),
  );

const folderOf = (file: string): string => file.split('/')[1] ?? '';
const isRelative = (specifier: string): boolean => specifier.startsWith('.');
const targetOf = (file: string, specifier: string): string =>
  posix.join(posix.dirname(file), specifier);

/** Imports against the table, in folders outside it, and those that nobody can check. */
export const layerFaults = (tree: Tree): readonly string[] =>
  sourcesOf(tree).flatMap((file) => {
    const folder = folderOf(file);
    const layers = allowed[folder];
    if (layers === undefined) return [`${file}: src/${folder} is in no layer`];
    const text = tree.text(file);
    const faults = specifiersOf(text)
      .filter((specifier) => !isAllowed(file, folder, layers, specifier))
      .map((specifier) => `${file}: imports ${specifier}`);
    // The playground starts programs by their path and may import everything anyway.
    const hidden = folder !== 'playground' && computed.test(text);
    return hidden ? [...faults, `${file}: imports a computed path`] : faults;
  });

const isAllowed = (
  file: string,
  folder: string,
  layers: readonly string[],
  specifier: string,
): boolean => {
  if (!isRelative(specifier)) {
    const name = specifier.startsWith('node:') ? specifier : packageOf(specifier);
    return layers.includes(name) || (specifier.startsWith('node:') && layers.includes('node:'));
  }
  const target = targetOf(file, specifier);
  const within = target.startsWith('src/') ? folderOf(target) : '';
  return within === folder || layers.includes(within);
};

const packageOf = (specifier: string): string =>
  /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier;

/** Packages that a source imports although package.json doesn't give them to users. */
export const packageFaults = (tree: Tree): readonly string[] => {
  const { dependencies = {} } = JSON.parse(tree.text('package.json')) as {
    readonly dependencies?: Readonly<Record<string, string>>;
  };
  return sourcesOf(tree).flatMap((file) =>
    specifiersOf(tree.text(file))
      .filter((specifier) => !isRelative(specifier) && !specifier.startsWith('node:'))
      .map(packageOf)
      .filter((name) => !Object.hasOwn(dependencies, name))
      .map((name) => `${file}: ${name} is not in dependencies`),
  );
};

/** Files that import themselves by way of others, type-only imports included. */
export const cycleFaults = (tree: Tree): readonly string[] => {
  const graph = new Map(
    sourcesOf(tree).map((file) => {
      const specifiers = specifiersOf(tree.text(file)).filter(isRelative);
      return [file, specifiers.map((specifier) => targetOf(file, specifier))];
    }),
  );
  const done = new Set<string>();
  const faults: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    const from = path.indexOf(file);
    if (from !== -1) faults.push(`cycle: ${[...path.slice(from), file].join(' → ')}`);
    if (from !== -1 || done.has(file)) return;
    for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  return faults;
};
