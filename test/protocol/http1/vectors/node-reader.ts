import http from 'node:http';
import net from 'node:net';

/** A head of 64 KiB and some more: Node must not refuse what we allow. */
const maxHeaderSize = 131_072;

/** How long one exchange may take on a busy machine, in milliseconds. */
const exchangeMs = 5000;

type ReadRequest = {
  readonly method: string;
  readonly target: string;
  readonly contentBytes: number;
};

/** The requests that Node's strict parser completed, and the code of its error if it met one. */
export type RequestReading = {
  readonly requests: readonly ReadRequest[];
  readonly fault: string | undefined;
};

/** The content of the final answer that Node's strict parser completed, or the code of its error. */
export type ResponseReading = {
  readonly contentBytes: number | undefined;
  readonly fault: string | undefined;
};

const listen = async (server: net.Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No port was bound.');
  return address.port;
};

const codeOf = (error: NodeJS.ErrnoException): string => error.code ?? error.message;

/** Sends `bytes` (latin1) on one connection to a real node:http server, ends it, and reports what it read. */
export const readRequests = async (bytes: string): Promise<RequestReading> => {
  const requests: ReadRequest[] = [];
  let fault: string | undefined;
  const answer = (request: http.IncomingMessage, response: http.ServerResponse): void => {
    let contentBytes = 0;
    request.on('data', (data: Buffer) => {
      contentBytes += data.length;
    });
    request.on('end', () => {
      requests.push({ method: request.method ?? '', target: request.url ?? '', contentBytes });
      response.end();
    });
  };
  const server = http.createServer({ maxHeaderSize, insecureHTTPParser: false }, answer);
  server.on('checkContinue', answer).on('checkExpectation', answer);
  server.on('clientError', (error: NodeJS.ErrnoException, socket: net.Socket) => {
    fault ??= codeOf(error);
    setImmediate(() => socket.destroy()); // requests before the fault still report their end
  });
  const client = net.connect(await listen(server), '127.0.0.1');
  await new Promise<void>((resolve) => {
    client.on('error', () => client.destroy()); // a refusal resets what is still being written
    client.on('close', () => resolve());
    client.setTimeout(exchangeMs, () => {
      fault ??= 'silence';
      client.destroy();
    });
    client.resume();
    client.end(bytes, 'latin1');
  });
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  return { requests, fault };
};

const finalAnswer = (port: number, method: string): Promise<ResponseReading> =>
  new Promise((resolve) => {
    const fail = (error: NodeJS.ErrnoException): void =>
      resolve({ contentBytes: undefined, fault: codeOf(error) });
    const signal = AbortSignal.timeout(exchangeMs);
    const options = { port, method, signal, host: '127.0.0.1', agent: false, maxHeaderSize };
    const request = http.request({ ...options, insecureHTTPParser: false }, (response) => {
      let contentBytes = 0;
      response.on('data', (data: Buffer) => {
        contentBytes += data.length;
      });
      response.on('end', () => resolve({ contentBytes, fault: undefined }));
      response.on('error', fail);
    });
    request.on('error', fail);
    request.on('upgrade', () => resolve({ contentBytes: undefined, fault: 'upgraded' }));
    request.end();
  });

/** Answers one request of a real node:http client with `bytes` (latin1), and reports what it read. */
export const readResponse = async (
  method: string,
  bytes: string,
  thenEnd: boolean,
): Promise<ResponseReading> => {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy()); // a refusal resets what is still being written
    socket.once('data', () => {
      socket.write(bytes, 'latin1');
      if (thenEnd) socket.end();
    });
  });
  const reading = await finalAnswer(await listen(server), method);
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
  return reading;
};
