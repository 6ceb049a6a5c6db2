import { detect } from './detect.ts';
import { Http1Connection } from './http1/connection.ts';
import type { Http1Services } from './http1/services.ts';
import { splice } from './splice.ts';
import type { Wire } from './wire.ts';

/** How long the first bytes may take to tell what a connection speaks; then it is spliced. */
export const detectMilliseconds = 10_000;

/** A client connection as the agent's server sees it. */
export type Connection = {
  /** Ends when nothing is under way, else after the answer that is. */
  readonly drain: () => void;
  readonly abort: () => void;
  /** Refuses a request head that has been incomplete since before `time`. */
  readonly expire: (time: number) => void;
};

const nothing = Buffer.alloc(0);

/**
 * Takes an accepted connection: dials the pod, watches both sides, and lets the first bytes
 * decide. HTTP/1 is read request by request, everything else is spliced through untouched, also
 * what doesn't tell in time. `closed` is called once.
 */
export const takeConnection = (
  services: Http1Services,
  client: Wire,
  closed: () => void,
): Connection => {
  const pod = services.dialPod();
  let http1: Http1Connection | undefined;
  let seen: Buffer = nothing;
  let podFailed = false;
  let timer: NodeJS.Timeout | undefined;
  const through = (): void => {
    clearTimeout(timer);
    if (podFailed) {
      client.abort();
      return;
    }
    splice(client, pod, closed);
    if (seen.length > 0) pod.write(seen);
  };
  client.handler = {
    bytes: (bytes) => {
      seen = Buffer.concat([seen, bytes]);
      const detected = detect(seen);
      // The time runs from the first byte: a connection opened in advance may stay silent.
      timer ??= setTimeout(through, detectMilliseconds);
      if (detected === undefined) return;
      if (detected === 'other') return through();
      clearTimeout(timer);
      http1 = new Http1Connection(services, client, podFailed ? undefined : pod, closed);
      http1.take(seen);
    },
    end: () => {
      through();
      pod.end();
    },
    drain: () => {},
    closed: (clean) => {
      clearTimeout(timer);
      if (clean) pod.discard();
      else pod.abort();
      closed();
    },
  };
  pod.handler = {
    // It spoke first, so it is not HTTP/1.
    bytes: (bytes) => {
      through();
      client.write(bytes);
    },
    end: () => {
      through();
      client.end();
    },
    drain: () => {},
    // A request that matches can be answered by the laptop even now, so the first bytes decide.
    closed: () => {
      podFailed = true;
      timer ??= setTimeout(through, detectMilliseconds);
    },
  };
  return {
    drain: () => http1?.drain(),
    abort: () => {
      client.abort();
      pod.abort();
    },
    expire: (time) => http1?.expire(time),
  };
};
