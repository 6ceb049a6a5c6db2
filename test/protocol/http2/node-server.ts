import { createServer, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import { duplexPair } from './duplex-pair.ts';

/** A request as node:http2 understood it. */
export type NodeRequest = { readonly head: string; body: string; ended: boolean };

/**
 * What a server of node:http2 makes of these bytes, and of the end behind them. All of its work is
 * done when the promise resolves.
 */
export const nodeServerReads = async (
  pieces: readonly Buffer[],
): Promise<readonly NodeRequest[]> => {
  const requests: NodeRequest[] = [];
  const server = createServer({
    maxHeaderListPairs: 261,
    maxSessionMemory: 64,
    maxSessionInvalidFrames: 1_000_000,
    strictFieldWhitespaceValidation: true,
  } as object);
  const [near, far] = duplexPair();
  server.on('session', (session) => session.on('error', () => {}));
  server.on('sessionError', () => {});
  server.on(
    'stream',
    (stream: ServerHttp2Stream, _headers: IncomingHttpHeaders, _flags: number, raw: string[]) => {
      const lines: string[] = [];
      for (let at = 0; at < raw.length; at += 2) lines.push(`${raw[at]}=${raw[at + 1]}`);
      const request: NodeRequest = { head: lines.join(' '), body: '', ended: false };
      requests.push(request);
      stream.on('error', () => {});
      stream.on('data', (bytes: Buffer) => {
        request.body += bytes.toString('latin1');
      });
      stream.on('end', () => {
        request.ended = !stream.aborted && stream.rstCode === 0;
      });
    },
  );
  server.emit('connection', far);
  near.on('data', () => {});
  near.on('error', () => {});
  const closed = new Promise<void>((resolve) => far.once('close', () => resolve()));
  const all = new Promise<void>((resolve) => {
    near.write(Buffer.concat(pieces), () => resolve());
  });
  await Promise.race([all, closed]);
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
  near.destroy();
  far.destroy();
  await closed;
  return requests;
};
