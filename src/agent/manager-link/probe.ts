import { readRequestHead } from '../../protocol/http1/request-head.ts';
import type { ProbeResult } from '../../protocol/reports.ts';
import { decideProbe } from '../decide.ts';
import type { RuleTable } from '../rule-table.ts';
import type { CurrentTunnel } from './current-tunnel.ts';

// After a manager's restart rules may be back before the tunnel, which tries every 2 s at least.
const tunnelMilliseconds = 5_000;

/**
 * Sends one marked request of our own through decision and tunnel; the session answers it and the
 * local app never sees it. Never rejects.
 */
export const probe = async (
  table: RuleTable,
  tunnel: CurrentTunnel,
  { nonce, id }: { readonly nonce: string; readonly id: string },
): Promise<ProbeResult> => {
  const begun = performance.now();
  const head = readRequestHead(
    Buffer.from(`GET / HTTP/1.1\r\nHost: probe\r\nx-byway-probe: ${nonce}\r\n\r\n`, 'latin1'),
  );
  const rule = head === undefined ? undefined : decideProbe(table, nonce, id, head);
  if (rule === undefined) return { nonce, id, error: 'the agent does not have the rule' };
  const decided = performance.now();
  const end = await tunnel.within(tunnelMilliseconds);
  if (end === undefined) return { nonce, id, error: 'manager_gone' };
  const began = performance.now();
  const connected = await end.connect(id, { probe: nonce });
  const total = performance.now() - began;
  if (!connected.ok) return { nonce, id, error: connected.reason };
  connected.stream.destroy();
  const local = Number(connected.localMs ?? Number.NaN);
  const legsMs = {
    agent: decided - begun,
    tunnel: Math.max(total - (Number.isNaN(local) ? 0 : local), 0),
    local: Number.isNaN(local) ? null : local,
  };
  return { nonce, id, legsMs };
};
