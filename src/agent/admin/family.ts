/** One value of a metric, with what tells it from the others of its name. */
export type Line = { readonly labels?: Readonly<Record<string, string>>; readonly value: number };

/** A metric with all its values, in Prometheus' text format 0.0.4. */
export const family = (
  name: string,
  type: 'gauge' | 'counter',
  help: string,
  lines: readonly Line[],
): string =>
  [
    `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`,
    ...lines.map(({ labels, value }) => `${name}${labelsText(labels)} ${value}\n`),
  ].join('');

const labelsText = (labels: Line['labels']): string => {
  if (labels === undefined) return '';
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return `{${pairs.join(',')}}`;
};
