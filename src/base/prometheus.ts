/** One measured value; labels are words of a closed set or ids, never secrets. */
export type Sample = { readonly labels?: Readonly<Record<string, string>>; readonly value: number };

/** A metric with its values in Prometheus' text format 0.0.4. */
export const family = (
  name: string,
  type: 'gauge' | 'counter',
  help: string,
  samples: readonly Sample[],
): string =>
  [
    `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`,
    ...samples.map(({ labels, value }) => `${name}${labelsText(labels)} ${value}\n`),
  ].join('');

const labelsText = (labels: Sample['labels']): string => {
  if (labels === undefined) return '';
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return `{${pairs.join(',')}}`;
};
