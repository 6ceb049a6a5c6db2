import { readRequestHead } from '../../protocol/http1/request-head.ts';
import type { ProbeResult } from '../../protocol/reports.ts';
import type { AgentEnd } from '../../tunnel/agent-end.ts';
import { decideProbe } from '../decide.ts';
import type { RuleTable } from '../rule-table.ts';

/**
 * Sends one marked request of our own through decision and tunnel; the session answers it and the
 * local app never sees it. Never rejects.
 */
export const probe = async (
  table: RuleTable,
  end: AgentEnd | undefined,
  { nonce, id }: { readonly nonce: string; readonly id: string },
): Promise<ProbeResult> => {
  const begun = performance.now();
  const head = readRequestHead(
    Buffer.from(`GET / HTTP/1.1\r\nHost: probe\r\nx-byway-probe: ${nonce}\r\n\r\n`, 'latin1'),
  );
  const rule = head === undefined ? undefined : decideProbe(table, nonce, id, head.fields);
  if (rule === undefined) return { nonce, id, error: 'the agent does not have the rule' };
  const decided = performance.now();
  if (end === undefined) return { nonce, id, error: 'manager_gone' };
  const connected = await end.connect(id, { probe: nonce });
  const total = performance.now() - decided;
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
