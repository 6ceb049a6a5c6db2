import type { WorkloadStatus } from '../../protocol/api.ts';
import type { ExplainQuestion, Explanation } from '../../protocol/explanation.ts';
import { RequestReading } from '../../protocol/match/reading.ts';
import type { RequestFields } from '../../protocol/match/request-fields.ts';
import type { Workload } from '../../protocol/workload.ts';
import { findWorkload } from '../workloads/find.ts';

/** Whose rules a question is about, and how that was found. */
export type Chosen = {
  readonly by: Explanation['by'];
  readonly workloads: readonly WorkloadStatus[];
};

/**
 * The workloads that a question means: the one it says, else those that its host names, as `NAME`
 * or `NAME.NAMESPACE…`, else all. Throws `not_found` for a service that is not there.
 */
export const chooseWorkloads = (
  { service }: ExplainQuestion,
  request: RequestFields,
  known: readonly WorkloadStatus[],
): Chosen => {
  if (service !== undefined) return { by: 'service', workloads: [findWorkload(service, known)] };
  const host = new RequestReading(request).host() ?? '';
  const named = known.filter(({ workload }) => isNamedBy(workload, host));
  return named.length > 0 ? { by: 'host', workloads: named } : { by: 'all', workloads: known };
};

const isNamedBy = ({ name, namespace }: Workload, host: string): boolean => {
  const lower = name.toLowerCase();
  if (host === lower) return true;
  const inside = `${lower}.${namespace.toLowerCase()}`;
  return host === inside || host.startsWith(`${inside}.`);
};
