import { once } from 'node:events';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect as connectTcp, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ConnectionOptions,
  connect,
  createServer,
  type TLSSocket,
  type TlsOptions,
} from 'node:tls';
import type { Divert } from '../../../src/agent/divert.ts';
import { startTls, type Tls } from '../../../src/agent/tls/start.ts';
import { Turns } from '../../../src/agent/tls/turns.ts';
import {
  type Authority,
  type Certified,
  makeAuthority,
  makeCertificate,
} from '../../support/certificate.ts';
import { startAgent, type TestAgent } from '../start-agent.ts';

const closers: (() => Promise<unknown> | unknown)[] = [];

/** Something to be ended after the test. */
export const afterwards = (close: () => Promise<unknown> | unknown): void =>
  void closers.push(close);

export const endWorld = async (): Promise<void> => {
  for (const close of closers.splice(0).reverse()) {
    await close();
  }
};

/** Signs everything unless a test wants another. */
export const authority: Authority = makeAuthority();

/** A new folder, gone after the test. */
export const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'byway-tls-'));
  afterwards(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

/** Writes a file as programs that care do: never half of it is seen. */
export const replace = (file: string, content: string): void => {
  writeFileSync(`${file}.new`, content);
  renameSync(`${file}.new`, file);
};

export type Warned = { readonly fields: unknown; readonly message: string };

export type TlsAgent = TestAgent & {
  readonly tls: Tls;
  readonly warned: Warned[];
  readonly files: { readonly cert: string; readonly key: string };
};

export type TlsAgentOptions = {
  readonly certified?: Certified;
  readonly clientCa?: string;
  readonly upstreamCa?: string;
  readonly upstream?: Certified;
  readonly divert?: Divert | undefined;
  /** Handshakes at once. */
  readonly turns?: number;
};

/** An agent with a certificate for localhost in front of a port. */
export const startTlsAgent = async (
  port: number,
  options: TlsAgentOptions = {},
): Promise<TlsAgent> => {
  const {
    certified = makeCertificate(authority),
    clientCa,
    upstreamCa,
    upstream,
    divert,
  } = options;
  const folder = newFolder();
  const file = (name: string, content: string): string => {
    replace(join(folder, name), content);
    return join(folder, name);
  };
  const files = { cert: file('tls.crt', certified.cert), key: file('tls.key', certified.key) };
  const warned: Warned[] = [];
  const log = {
    ...{ debug: () => {}, info: () => {}, error: () => {} },
    warn: (fields: unknown, message: string) => void warned.push({ fields, message }),
  };
  const started = await startTls(
    {
      ...files,
      clientCa: clientCa === undefined ? undefined : file('client-ca', clientCa),
      upstreamCa: upstreamCa === undefined ? undefined : file('upstream-ca', upstreamCa),
      upstream:
        upstream === undefined
          ? undefined
          : { cert: file('up.crt', upstream.cert), key: file('up.key', upstream.key) },
    },
    log,
    20,
  );
  afterwards(started.stop);
  const turns = options.turns === undefined ? started.turns : new Turns(options.turns);
  const tls = { ...started, turns };
  const agent = await startAgent(port, divert, undefined, tls);
  afterwards(agent.server.close);
  return { ...agent, tls, warned, files };
};

/** A service in TLS on a free port. */
export type TlsPod = {
  readonly port: number;
  readonly sockets: TLSSocket[];
  readonly text: () => string;
};

export const startTlsPod = async (
  onSocket: (socket: TLSSocket, all: () => string) => void,
  options: TlsOptions = {},
): Promise<TlsPod> => {
  const sockets: TLSSocket[] = [];
  let text = '';
  const server = createServer(
    { ...makeCertificate(authority), allowHalfOpen: true, ...options },
    (socket) => {
      sockets.push(socket);
      socket.on('error', () => {});
      let own = '';
      socket.on('data', (bytes) => {
        own += bytes.toString('latin1');
        text += bytes.toString('latin1');
        onSocket(socket, () => own);
      });
      onSocket(socket, () => own);
    },
  );
  server.on('tlsClientError', () => {});
  return { port: await listening(server), sockets, text: () => text };
};

type Server = ReturnType<typeof createTcpServer>;

/** Its port, once it listens; it ends after the test. */
export const listening = async (server: Server): Promise<number> => {
  const open = new Set<{ destroy: () => void }>();
  server.on('connection', (socket) => {
    open.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => open.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterwards(async () => {
    for (const socket of open) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
};

/** A caller's connection in TLS that keeps what it gets. */
export type TlsClient = {
  readonly socket: TLSSocket;
  readonly text: () => string;
  readonly write: (text: string) => void;
  /** Resolves when what has come satisfies the test; rejects when the connection ends before. */
  readonly until: (satisfied: (text: string) => boolean) => Promise<string>;
  /** Resolves when the connection is over, with its error if there was one. */
  readonly closed: Promise<Error | undefined>;
};

/** Resolves after the handshake; rejects when there is none. */
export const openTls = async (
  port: number,
  more: ConnectionOptions & { readonly allowHalfOpen?: boolean } = {},
): Promise<TlsClient> => {
  const options = { port, host: '127.0.0.1', servername: 'localhost', ca: authority.cert, ...more };
  const socket = connect(options);
  afterwards(() => socket.destroy());
  let text = '';
  let [over, failure] = [false, undefined as Error | undefined];
  const waiting = new Set<() => void>();
  const look = (): void => {
    for (const check of waiting) check();
  };
  socket.on('data', (bytes) => {
    text += bytes.toString('latin1');
    look();
  });
  socket.on('error', (error) => {
    failure = error;
  });
  const closed = new Promise<Error | undefined>((resolve) => {
    socket.once('close', () => {
      over = true;
      resolve(failure);
      look();
    });
  });
  await once(socket, 'secureConnect');
  const until = (satisfied: (text: string) => boolean): Promise<string> =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        if (satisfied(text)) resolve(text);
        else if (over) reject(new Error(`over after ${JSON.stringify(text)}: ${failure?.message}`));
        else return;
        waiting.delete(check);
      };
      waiting.add(check);
      check();
    });
  return {
    socket,
    text: () => text,
    write: (bytes) => void socket.write(bytes, 'latin1'),
    until,
    closed,
  };
};

/**
 * Stands before an agent, and lets so many bytes of the first piece through; what follows waits
 * until it is opened.
 */
export const startGate = async (port: number, bytesMax: number) => {
  let [passed, isOpen] = [0, false];
  const held: (() => void)[] = [];
  const server = createTcpServer((socket) => {
    const agent = connectTcp(port, '127.0.0.1');
    agent.on('error', () => socket.destroy());
    agent.pipe(socket);
    socket.on('data', (bytes) => {
      const now = isOpen ? bytes.length : passed === 0 ? Math.min(bytes.length, bytesMax) : 0;
      passed += now;
      agent.write(bytes.subarray(0, now));
      if (now < bytes.length) held.push(() => agent.write(bytes.subarray(now)));
    });
  });
  const open = (): void => {
    isOpen = true;
    for (const pass of held.splice(0)) pass();
  };
  return { port: await listening(server), passed: () => passed, held: () => held.length, open };
};

/** An answer of HTTP/1 with that body. */
export const answer = (body: string): string =>
  `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

/** Answers each request's head with what it asked for behind a name. */
export const http1 =
  (name: string) =>
  (socket: { write: (text: string) => unknown }, all: () => string): void => {
    const heads = all().split('\r\n\r\n');
    if (all().endsWith('\r\n\r\n')) socket.write(answer(`${name} ${heads.at(-2)?.split(' ')[1]}`));
  };
