import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

/**
 * What becomes of an Upgrade that is no WebSocket: taken out of the request, answered with a page of
 * that status, broken off, left without an answer, or granted with nothing behind it.
 */
export type Fate = 'strip' | 'reset' | 'hang' | 'mute' | number;

export type Intermediary = {
  readonly url: URL;
  /** The Upgrade of each request that had one, as the client sent it. */
  readonly upgrades: readonly string[];
  /** Breaks all connections. */
  readonly cut: () => void;
  readonly stop: () => Promise<void>;
};

/** An HTTP/1.1 reverse proxy on a free port that lets WebSockets through and no other Upgrade. */
export const startIntermediary = async (target: URL, fate: Fate): Promise<Intermediary> => {
  const sockets = new Set<Socket>();
  const upgrades: string[] = [];
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
  };
  const server = createServer((incoming, response) => forward(target, incoming, response));
  server.on('connection', keep);
  server.on('upgrade', (incoming: IncomingMessage, socket: Socket, head: Buffer) => {
    const upgrade = incoming.headers.upgrade ?? '';
    upgrades.push(upgrade);
    if (upgrade === 'websocket') pass(target, incoming, socket, head, keep);
    else refuse(target, incoming, socket, fate);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    upgrades,
    cut,
    stop: async () => {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
};

const forward = (target: URL, incoming: IncomingMessage, response: ServerResponse): void => {
  const { method, url, headers } = incoming;
  const onward = request(new URL(url ?? '/', target), {
    method: method ?? 'GET',
    headers,
    agent: false,
  });
  onward.on('error', () => response.destroy());
  onward.once('response', (answer) => {
    response.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.pipe(response);
  });
  incoming.pipe(onward);
};

const pass = (
  target: URL,
  incoming: IncomingMessage,
  socket: Socket,
  head: Buffer,
  keep: (socket: Socket) => void,
): void => {
  const onward = connect(Number(target.port), target.hostname, () => {
    onward.write(headOf(incoming, () => true));
    onward.write(head);
    socket.pipe(onward).pipe(socket);
  });
  keep(onward);
  onward.once('close', () => socket.destroy());
  socket.once('close', () => onward.destroy());
};

const refuse = (target: URL, incoming: IncomingMessage, socket: Socket, fate: Fate): void => {
  if (fate === 'hang') return;
  if (fate === 'reset') socket.resetAndDestroy();
  else if (fate === 'mute') {
    const { upgrade } = incoming.headers;
    socket.write(`HTTP/1.1 101 Ok\r\nConnection: Upgrade\r\nUpgrade: ${upgrade}\r\n\r\n`);
    socket.once('data', () => socket.destroy());
  } else if (fate === 'strip') {
    const onward = connect(Number(target.port), target.hostname, () => {
      onward.write(headOf(incoming, (name) => !/^(upgrade|connection)$/i.test(name)));
      onward.pipe(socket);
    });
    onward.on('error', () => socket.destroy());
    socket.once('close', () => onward.destroy());
  } else {
    socket.end(`HTTP/1.1 ${fate} X\r\nContent-Length: 6\r\nConnection: close\r\n\r\n<html>`);
  }
};

const headOf = (
  { method, url, rawHeaders }: IncomingMessage,
  keepField: (name: string) => boolean,
): string => {
  let head = `${method} ${url} HTTP/1.1\r\n`;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    if (keepField(name)) head += `${name}: ${rawHeaders[at + 1]}\r\n`;
  }
  return `${head}\r\n`;
};
