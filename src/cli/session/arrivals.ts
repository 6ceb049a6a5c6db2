import type { SocketWire } from '../../base/wire/socket-wire.ts';
import { type Arrival, acceptArrival, answerProbe, refuseArrival } from '../../tunnel/arrivals.ts';
import { join, type Tap } from './join.ts';
import type { LocalPort } from './local-port.ts';
import { type BeginRecording, type Observation, Observer } from './observe.ts';
import { Http2Observer } from './observe-http2.ts';

/** Finds the port that an intercept's bytes go to; undefined for what this session doesn't serve. */
export type FindPort = (intercept: string) => Promise<LocalPort | undefined>;

/** What a session learns from the streams it serves. */
export type ArrivalEvents = {
  /** A request was answered by the app. */
  readonly request: (observation: Observation) => void;
  /** A request's head passed; returns what records it. */
  readonly begin?: BeginRecording;
  /** The app accepts connections, or nothing does; told for every stream but probes. */
  readonly port: (listening: boolean) => void;
};

/** Serves one CONNECT of the tunnel. Never rejects. */
export const serveArrival = async (
  arrival: Arrival,
  findPort: FindPort,
  events: ArrivalEvents,
): Promise<void> => {
  const port = await findPort(arrival.intercept);
  if (port === undefined) refuseArrival(arrival, 'tunnel_refused');
  else if (arrival.probe === undefined) await serve(arrival, port, events);
  else await probe(arrival, port);
};

const serve = async (arrival: Arrival, port: LocalPort, events: ArrivalEvents): Promise<void> => {
  const socket = await connectQuietly(port);
  events.port(socket !== undefined);
  if (socket === undefined) {
    refuseArrival(arrival, 'local_refused');
    return;
  }
  acceptArrival(arrival);
  const observer = new Observer(events.request, events.begin);
  await join(arrival, socket, alongside(observer, new Http2Observer(events.request)));
  observer.closed(socket.stream.readableEnded);
};

/** Both read along; one of them looks away at the first bytes. */
const alongside = (http1: Observer, http2: Http2Observer): Tap => ({
  toApp: (bytes) => {
    http1.toApp(bytes);
    http2.toApp(bytes);
  },
  fromApp: (bytes) => {
    http1.fromApp(bytes);
    http2.fromApp(bytes);
  },
  get state() {
    return http1.state;
  },
});

// The app sees a connection that closes again, and never a request.
const probe = async (arrival: Arrival, port: LocalPort): Promise<void> => {
  const since = performance.now();
  const socket = await connectQuietly(port);
  const tookMs = performance.now() - since;
  socket?.stream.destroy();
  answerProbe(arrival, socket === undefined ? 'refused' : tookMs.toFixed(2));
};

const connectQuietly = async (port: LocalPort): Promise<SocketWire | undefined> => {
  try {
    return await port.connect();
  } catch {
    return undefined; // Told as `local_refused`, whatever the reason.
  }
};
