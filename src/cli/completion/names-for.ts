/** Names that are only known at run time. */
export type NameKind = 'services' | 'intercepts' | 'project';

export type Names = (kind: NameKind) => Promise<readonly string[]>;

const labels = ['name', 'names', 'what', 'workload', 'service'];

/** Which names a place takes, by what help calls it and says of it; undefined for none. */
export const namesFor = (label: string, description: string): NameKind | undefined => {
  if (!labels.includes(label)) return undefined;
  if (/\bthe file\b|byway\.yaml/.test(description)) return 'project';
  if (label === 'workload' || /\bservice\b|\bthat one; without/.test(description))
    return 'services';
  return /\bbyway list\b|\bintercept\b|\bname or id\b|kind\/name or id/.test(description)
    ? 'intercepts'
    : undefined;
};
