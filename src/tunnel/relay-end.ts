import { type Arrival, serveArrivals } from './arrivals.ts';
import type { Carrier } from './carrier.ts';
import { type ConnectingEnd, openConnects } from './connects.ts';
import type { TunnelEnd } from './end.ts';
import type { Heartbeat } from './heartbeat.ts';
import { laptopAnswerMsMax } from './limits.ts';

/** The manager's end of a laptop's tunnel: the HTTP/2 client. */
export const openRelayToLaptop = (socket: Carrier, heartbeat?: Heartbeat): ConnectingEnd =>
  openConnects(socket, { whenGone: 'laptop_gone', answerMsMax: laptopAnswerMsMax, heartbeat });

/** The manager's end of an agent's tunnel: the HTTP/2 server. */
export const serveRelayForAgent = (
  socket: Carrier,
  onArrival: (arrival: Arrival) => void,
  heartbeat?: Heartbeat,
): TunnelEnd => serveArrivals(socket, onArrival, heartbeat);
