import type { Role } from '../../protocol/api.ts';
import type { Workload } from '../../protocol/workload.ts';

/** Who sent a request, as their token says. */
export type Principal = {
  readonly tokenId: string;
  readonly role: Role;
  readonly user: string;
  /** The one workload that a CI's or agent's token is good for; null for all. */
  readonly workload: string | null;
  readonly expiresAt: string | null;
};

/** Whether the bearer may have to do with a workload. A confined token means a local process. */
export const mayTouch = ({ workload: confined }: Principal, workload: Workload): boolean =>
  confined === null ||
  (workload.namespace === 'default' && workload.kind === 'process' && workload.name === confined);
