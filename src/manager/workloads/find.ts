import type { WorkloadStatus } from '../../protocol/api.ts';
import { workloadPath } from '../../protocol/workload.ts';
import { ApiProblem } from '../http/api-problem.ts';
import { closeTo } from './edit-distance.ts';

/**
 * The workload that `NAME` or `KIND/NAME` means. Throws `not_found` with suggestions, or
 * `bad_request` when it means several.
 */
export const findWorkload = (wanted: string, known: readonly WorkloadStatus[]): WorkloadStatus => {
  const slash = wanted.indexOf('/');
  const name = wanted.slice(slash + 1);
  const kind = slash === -1 ? undefined : wanted.slice(0, slash);
  const found = known.filter(
    ({ workload }) => workload.name === name && (kind === undefined || workload.kind === kind),
  );
  const [only, another] = found;
  if (only === undefined) throw unknown(wanted, name, known);
  if (another === undefined) return only;
  const paths = found.map(({ workload }) => workloadPath(workload)).join(', ');
  throw new ApiProblem('bad_request', `"${wanted}" may mean ${paths}. Nothing was changed.`, {
    hint: 'Say which one as KIND/NAME.',
  });
};

const unknown = (wanted: string, name: string, known: readonly WorkloadStatus[]): ApiProblem => {
  const suggestions = closeTo(
    name,
    known.map(({ workload }) => workload.name),
  );
  return new ApiProblem(
    'not_found',
    `No service is called "${wanted}" here. Nothing was changed.`,
    {
      suggestions,
      ...(suggestions[0] === undefined ? {} : { hint: `Did you mean ${suggestions[0]}?` }),
    },
  );
};

/**
 * The port that an intercept takes. Throws `no_agent` when none is connected, and `bad_request`
 * that names the ports when the wanted one is not among them or when several are there to choose.
 */
export const choosePort = (status: WorkloadStatus, wanted: number | undefined): number => {
  const { workload, ports, agents } = status;
  if (agents === 0) {
    throw new ApiProblem(
      'no_agent',
      `No agent of ${workload.name} is connected, so its requests can't be intercepted now.`,
      { hint: `Start byway-agent --workload ${workload.name} in front of it.` },
    );
  }
  const [only, another] = ports;
  if (wanted === undefined && only !== undefined && another === undefined) return only;
  if (wanted !== undefined && ports.includes(wanted)) return wanted;
  const what = wanted === undefined ? 'has several ports' : `has no port ${wanted}`;
  throw new ApiProblem('bad_request', `${workload.name} ${what}: ${ports.join(', ') || 'none'}.`, {
    hint: `Say which one: --port LOCAL:${ports[0] ?? 'REMOTE'}`,
  });
};
