import type { BodyView, ExchangeView, MessageView } from '../recorder/view.ts';
import { compareJson, type JsonDifference } from './compare-json.ts';
import { compareLines, type LineDifference } from './compare-lines.ts';
import type { IgnoreRules } from './ignore-rules.ts';

/** One thing in which the local answer and the cluster's differ; null where it is missing. */
export type Difference =
  | { readonly in: 'status'; readonly local: number | null; readonly cluster: number | null }
  | {
      readonly in: 'header';
      readonly name: string;
      readonly local: string | null;
      readonly cluster: string | null;
    }
  | ({ readonly in: 'json' } & JsonDifference)
  | ({ readonly in: 'text' } & LineDifference)
  /** Bytes, or two kinds of content. */
  | { readonly in: 'body'; readonly local: string; readonly cluster: string };

export type Comparison = {
  readonly same: boolean;
  /** The first 500. */
  readonly differences: readonly Difference[];
  /** Of all. */
  readonly count: number;
  /** One of the bodies was not kept whole: what is behind that was not compared. */
  readonly truncated: boolean;
};

const differencesMax = 500;

/** Compares two answers as far as they may be seen: two hidden values count as the same. */
export const compareAnswers = (
  local: ExchangeView,
  cluster: ExchangeView,
  rules: IgnoreRules,
): Comparison => {
  const differences = [
    ...(local.status === cluster.status
      ? []
      : [{ in: 'status' as const, local: local.status, cluster: cluster.status }]),
    ...compareHeaders(local.response, cluster.response, rules),
    ...compareBodies(local.response, cluster.response, rules),
  ];
  const bodies = [local.response?.body, cluster.response?.body];
  return {
    same: differences.length === 0,
    differences: differences.slice(0, differencesMax),
    count: differences.length,
    truncated: bodies.some((body) => body?.truncated === true),
  };
};

const compareHeaders = (
  local: MessageView | null,
  cluster: MessageView | null,
  { header }: IgnoreRules,
): readonly Difference[] => {
  const [left, right] = [headersOf(local), headersOf(cluster)];
  const names = [...new Set([...left.keys(), ...right.keys()])].filter((name) => !header(name));
  return names.flatMap((name) => {
    const [a, b] = [left.get(name) ?? null, right.get(name) ?? null];
    return a === b ? [] : [{ in: 'header' as const, name, local: a, cluster: b }];
  });
};

const headersOf = (message: MessageView | null): ReadonlyMap<string, string> => {
  const headers = new Map<string, string>();
  for (const [name, value] of message?.headers ?? []) {
    const lower = name.toLowerCase();
    const before = headers.get(lower);
    headers.set(lower, before === undefined ? value : `${before}, ${value}`);
  }
  return headers;
};

const compareBodies = (
  local: MessageView | null,
  cluster: MessageView | null,
  { json }: IgnoreRules,
): readonly Difference[] => {
  const [a, b] = [local?.body, cluster?.body];
  if (a === undefined || b === undefined) {
    return a === b ? [] : [{ in: 'body', local: inWords(a), cluster: inWords(b) }];
  }
  if (a.kind === 'json' && b.kind === 'json') {
    const found = compareJson(a.text ?? '', b.text ?? '', json);
    if (found !== undefined) return found.map((one) => ({ in: 'json', ...one }));
  }
  if (a.text !== null && b.text !== null && a.kind !== 'empty' && b.kind !== 'empty') {
    return compareLines(a.text, b.text).map((one) => ({ in: 'text', ...one }));
  }
  const same = a.kind === b.kind && a.totalBytes === b.totalBytes && a.sha256 === b.sha256;
  return same ? [] : [{ in: 'body', local: inWords(a), cluster: inWords(b) }];
};

const inWords = (body: BodyView | undefined): string => {
  if (body === undefined) return 'no answer';
  if (body.kind === 'empty') return 'empty';
  return `${body.kind}, ${body.totalBytes} bytes, sha256 ${body.sha256}`;
};
