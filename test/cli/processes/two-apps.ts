import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterwards } from '../folder.ts';
import { startWorld, type World } from './world.ts';

/** What an app was asked, in order. */
export type Asked = {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
};

export type App = { readonly port: number; readonly asked: readonly Asked[] };

const answers: Readonly<
  Record<string, (name: string, asked: Asked, response: ServerResponse) => void>
> = {
  '/price': (name, _, response) => {
    response.setHeader('content-type', 'application/json');
    response.setHeader('x-side', name);
    response.end(JSON.stringify({ price: name === 'pod' ? 19.9 : 17.91, items: [1, 2] }));
  },
  '/same': (_, { url }, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ url }));
  },
  '/echo': (_, asked, response) => {
    response.setHeader('content-type', 'application/json');
    response.setHeader('set-cookie', 'sid=set-cookie-planted-5555; HttpOnly');
    response.end(
      JSON.stringify({ method: asked.method, headers: asked.headers, body: asked.body }),
    );
  },
  '/gzip': (_, __, response) => {
    response.setHeader('content-type', 'application/json');
    response.setHeader('content-encoding', 'gzip');
    response.end(gzipSync(JSON.stringify({ packed: true })));
  },
  '/large': (_, __, response) => {
    response.end(Buffer.alloc(600 * 1024, 'x'));
  },
  '/never': () => {},
};

/** An app whose answers say whose they are, where they should. */
export const startApp = async (name: string): Promise<App> => {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = '', url = '', headers } = request;
    const one = { method, url, headers, body: Buffer.concat(chunks).toString() };
    asked.push(one);
    const answer = answers[url.split('?')[0] ?? ''];
    if (answer === undefined) response.end(`${name} ${method} ${url}`);
    else answer(name, one, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterwards(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, asked };
};

export type TwoApps = {
  readonly world: World;
  readonly pod: App;
  readonly you: App;
  /** Sends a request with the key, by way of the agent. */
  readonly send: (path: string, init?: RequestInit) => Promise<Response>;
  /** The newest request, as `byway inspect --json` lists it. */
  readonly newest: () => Promise<{ readonly id: string } & Readonly<Record<string, unknown>>>;
};

/** A world whose service "pricing" is intercepted in the background by another app. */
export const startTwoApps = async (flags: readonly string[] = []): Promise<TwoApps> => {
  const pod = await startApp('pod');
  const you = await startApp('you');
  const world = await startWorld(pod.port);
  const detached = await world.byway([
    ...['intercept', 'pricing', '--port', String(you.port), '--detach', ...flags],
  ]);
  if (detached.code !== 0) throw new Error(detached.stderr);
  afterwards(() => world.byway(['leave', '--all']));
  const send = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const headers = new Headers(init.headers);
    headers.set('x-byway-id', world.key);
    const answer = await fetch(`http://127.0.0.1:${world.agentPort}${path}`, { ...init, headers });
    await answer.clone().arrayBuffer();
    return answer;
  };
  const newest = async () => {
    const { stdout } = await world.byway(['inspect', '--json', '--last', '1']);
    return JSON.parse(stdout).requests[0];
  };
  return { world, pod, you, send, newest };
};
