import type { Carrier } from './carrier.ts';
import { type ConnectingEnd, openConnects } from './connects.ts';
import type { Heartbeat } from './heartbeat.ts';
import { relayAnswerMsMax } from './limits.ts';

export type AgentEnd = ConnectingEnd;

/** The agent's end of a tunnel that `dialTunnel` opened: the HTTP/2 client. */
export const openAgentEnd = (carrier: Carrier, heartbeat?: Heartbeat): AgentEnd =>
  openConnects(carrier, { whenGone: 'manager_gone', answerMsMax: relayAnswerMsMax, heartbeat });
