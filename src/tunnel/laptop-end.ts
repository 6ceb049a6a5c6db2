import { type Arrival, serveArrivals } from './arrivals.ts';
import type { Carrier } from './carrier.ts';
import type { TunnelEnd } from './end.ts';
import type { Heartbeat } from './heartbeat.ts';

export type { Arrival } from './arrivals.ts';

/** The laptop's end of a tunnel that `dialTunnel` opened: the HTTP/2 server. */
export const serveLaptopEnd = (
  carrier: Carrier,
  onArrival: (arrival: Arrival) => void,
  heartbeat?: Heartbeat,
): TunnelEnd => serveArrivals(carrier, onArrival, heartbeat);
