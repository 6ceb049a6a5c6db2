import type { PassReason } from '../protocol/reports.ts';

export const tunnelPath = '/v1/tunnels';

/** Fields of the upgrade request. */
export const roleHeader = 'x-byway-role';
export const sessionHeader = 'x-byway-session';
export const workloadHeader = 'x-byway-workload';

/** Fields of a CONNECT and of its answer. */
export const probeHeader = 'x-byway-probe';
export const refusedHeader = 'x-byway-refused';
export const localMsHeader = 'x-byway-local-ms';
export const laptopMsHeader = 'x-byway-laptop-ms';

const reasons: readonly PassReason[] = [
  'manager_gone',
  'laptop_gone',
  'local_refused',
  'local_closed',
  'tunnel_refused',
];

/** Reads `x-byway-refused`. Words of a newer peer count as `tunnel_refused`. */
export const readPassReason = (value: unknown): PassReason =>
  reasons.find((reason) => reason === value) ?? 'tunnel_refused';
