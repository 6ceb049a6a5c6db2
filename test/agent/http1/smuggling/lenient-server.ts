import { type RawServer, startRawServer } from '../../../support/raw-server.ts';
import { readLeniently, type SeenRequest } from './lenient-reader.ts';
import type { Sloppiness } from './sloppiness.ts';

/** A server that reads sloppily, answers whatever it takes for a request, and reports it. */
export type LenientServer = {
  readonly port: number;
  /** For each connection, in the order of connecting: its bytes (latin1). */
  readonly received: () => readonly string[];
  /** For each connection: the requests that it saw there. */
  readonly seen: () => readonly (readonly SeenRequest[])[];
  readonly close: () => Promise<void>;
};

/** An answer that says which request it belongs to, as far as this server knows. */
export const answerTo = ({ method, target }: SeenRequest): string => {
  const body = method === 'HEAD' ? '' : `${method} ${target}\n`;
  return `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
};

/** Listens on a free port. It ends a connection when its client has, and never before. */
export const startLenientServer = async (how: Sloppiness): Promise<LenientServer> => {
  const answered = new WeakMap<object, number>();
  const server: RawServer = await startRawServer(
    (socket, all) => {
      const complete = readLeniently(all.toString('latin1'), how).filter((seen) => seen.complete);
      const before = answered.get(socket) ?? 0;
      answered.set(socket, Math.max(before, complete.length));
      for (const request of complete.slice(before)) socket.write(answerTo(request), 'latin1');
    },
    (socket) => void socket.on('end', () => socket.end()),
  );
  const received = (): readonly string[] => server.received.map((all) => all.toString('latin1'));
  return {
    port: server.port,
    received,
    seen: () => received().map((bytes) => readLeniently(bytes, how)),
    close: server.close,
  };
};
