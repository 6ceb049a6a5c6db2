import { ApiProblem } from './api-problem.ts';

/** The values of a path's `{name}` segments, or undefined when the path is another one. */
export const matchPath = (
  pattern: string,
  path: string,
): Readonly<Record<string, string>> | undefined => {
  const wanted = pattern.split('/');
  const segments = path.split('/');
  if (wanted.length !== segments.length) return undefined;
  const params: [string, string][] = [];
  for (const [index, want] of wanted.entries()) {
    const segment = segments[index] ?? '';
    if (want.startsWith('{')) params.push([want.slice(1, -1), segment]);
    else if (want !== segment) return undefined;
  }
  return Object.fromEntries(params.map(([name, segment]) => [name, decoded(segment)]));
};

const decoded = (segment: string): string => {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new ApiProblem('bad_request', 'The path has a malformed percent-encoding.');
  }
};
