import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  LineCounter,
  parseDocument,
  visit,
} from 'yaml';
import {
  bracketsMax,
  fileBytesMax,
  indentColumnsMax,
  indicatorsMax,
  lineCharactersMax,
  linesMax,
} from './limits.ts';
import { YamlFault } from './yaml-fault.ts';

/** What a YAML file says, and where it says it. */
export type YamlText = {
  /** Only what JSON has, too. */
  readonly value: unknown;
  /** Where a value stands, or its key; the nearest that there is. From 0. */
  readonly offsetOf: (path: readonly (string | number)[], part: 'key' | 'value') => number;
};

/**
 * Reads one document of plain YAML 1.2: no aliases, anchors or tags, which could make much of little. Throws
 * `YamlFault` for whatever it is not, and before the library sees it for what would cost too much.
 */
export const readYaml = (text: string): YamlText => {
  assertModest(text);
  const document = parseDocument(text, {
    lineCounter: new LineCounter(),
    prettyErrors: false,
    stringKeys: true,
    merge: false,
    logLevel: 'error',
  });
  const [error] = document.errors;
  if (error !== undefined) throw new YamlFault(sentenceOf(error.message), error.pos[0]);
  assertPlain(document);
  return {
    value: document.toJS({ maxAliasCount: 0 }),
    offsetOf: (path, part) => offsetOf(document, path, part),
  };
};

const assertModest = (text: string): void => {
  if (Buffer.byteLength(text) > fileBytesMax) {
    throw new YamlFault(`The file is larger than ${fileBytesMax / 1024} KiB.`, 0);
  }
  const lines = text.split('\n');
  if (lines.length > linesMax) throw new YamlFault(`The file has more than ${linesMax} lines.`, 0);
  let offset = 0;
  let brackets = 0;
  for (const line of lines) {
    const fault = faultOfLine(line);
    if (fault !== undefined) throw new YamlFault(fault, offset);
    brackets += line.match(/[[{]/g)?.length ?? 0;
    if (brackets > bracketsMax) {
      throw new YamlFault(`The file has more than ${bracketsMax} opening brackets.`, offset);
    }
    offset += line.length + 1;
  }
};

const faultOfLine = (line: string): string | undefined => {
  if (line.length > lineCharactersMax) {
    return `The line has more than ${lineCharactersMax} characters.`;
  }
  if (line.search(/[^ \t]|$/) > indentColumnsMax) {
    return `The line begins behind column ${indentColumnsMax}.`;
  }
  const indicators = line.match(/[-?:](?=[ \t\r]|$)/g)?.length ?? 0;
  return indicators > indicatorsMax ? 'The line nests too many lists.' : undefined;
};

const assertPlain = (document: Document): void => {
  visit(document, {
    Node: (_, node) => {
      const offset = node.range?.[0] ?? 0;
      if (isAlias(node) || ('anchor' in node && node.anchor !== undefined)) {
        throw new YamlFault('Anchors and aliases are not read here: write it out.', offset);
      }
      if (node.tag !== undefined) throw new YamlFault('Tags are not read here.', offset);
    },
  });
  const [warning] = document.warnings;
  if (warning !== undefined) throw new YamlFault(sentenceOf(warning.message), warning.pos[0]);
};

const offsetOf = (
  document: Document,
  path: readonly (string | number)[],
  part: 'key' | 'value',
): number => {
  const [last] = path.slice(-1);
  if (last === undefined) return startOf(document.contents) ?? 0;
  const parent = path.slice(0, -1);
  const within = document.getIn(parent, true);
  const pair = isMap(within)
    ? within.items.find(({ key }) => isScalar(key) && String(key.value) === String(last))
    : undefined;
  const key = startOf(pair?.key);
  const value = startOf(document.getIn(path, true));
  return (part === 'key' ? key : (value ?? key)) ?? offsetOf(document, parent, 'key');
};

const startOf = (node: unknown): number | undefined => (isNode(node) ? node.range?.[0] : undefined);

const sentenceOf = (message: string): string => (message.endsWith('.') ? message : `${message}.`);
