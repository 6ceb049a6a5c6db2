import { readRequestHead } from '../../protocol/http1/request-head.ts';
import type { ProbeLegs, ProbeResult } from '../../protocol/reports.ts';
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
  connected.stream.discard();
  const legsMs = legsOf(decided - begun, total, connected.localMs, connected.laptopMs);
  return { nonce, id, legsMs };
};

/** Each leg without those behind it. `refused`, or no number at all, is a local port that is closed. */
const legsOf = (
  agent: number,
  total: number,
  localText: string | undefined,
  laptopText: string | undefined,
): ProbeLegs => {
  const local = timeOf(localText);
  const tunnel = Math.max(total - (local ?? 0), 0);
  const laptop = timeOf(laptopText);
  if (laptop === undefined) return { agent, tunnel, local: local ?? null };
  const within = Math.min(Math.max(laptop - (local ?? 0), 0), tunnel);
  return { agent, tunnel, manager: tunnel - within, laptop: within, local: local ?? null };
};

const timeOf = (text: string | undefined): number | undefined => {
  const milliseconds = Number(text ?? Number.NaN);
  return milliseconds >= 0 ? milliseconds : undefined;
};
