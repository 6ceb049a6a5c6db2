import {
  type ArrivalEvents,
  type FindPort,
  serveArrival,
} from '../../../src/cli/session/arrivals.ts';
import type { ConnectingEnd } from '../../../src/tunnel/connects.ts';
import { serveLaptopEnd } from '../../../src/tunnel/laptop-end.ts';
import { openRelayToLaptop } from '../../../src/tunnel/relay-end.ts';
import { acceptTunnels, dial } from '../../tunnel/accepting.ts';
import { duplexOf, type TunnelDuplex } from '../../tunnel/duplex-of.ts';
import { afterwards } from '../folder.ts';

/** The relay's end of a real tunnel whose laptop serves arrivals as a session does. */
export const relayTo = async (
  findPort: FindPort,
  events: ArrivalEvents,
): Promise<ConnectingEnd> => {
  let tell = (_: ConnectingEnd): void => {};
  const accepted = new Promise<ConnectingEnd>((resolve) => {
    tell = resolve;
  });
  const accepting = await acceptTunnels((socket) => tell(openRelayToLaptop(socket)));
  afterwards(accepting.stop);
  const laptop = serveLaptopEnd(await dial(accepting.url), (arrival) => {
    void serveArrival(arrival, findPort, events);
  });
  afterwards(laptop.destroy);
  return await accepted;
};

export const connected = async (relay: ConnectingEnd, id = 'ic_a'): Promise<TunnelDuplex> => {
  const answer = await relay.connect(id);
  if (!answer.ok) throw new Error(answer.reason);
  return duplexOf(answer.stream);
};
