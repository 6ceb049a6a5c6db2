import { mkdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { until } from '../../support/until.ts';
import { afterwards, newFolder } from '../folder.ts';
import { type Ended, type Running, run, start } from './process.ts';

/** A manager, a service called pricing behind an agent, and a user's own folders. */
export type World = {
  readonly url: string;
  readonly data: string;
  readonly manager: () => Running;
  /** Where callers of pricing go. */
  readonly agentPort: number;
  /** The owner's environment: logged in by BYWAY_TOKEN, with folders of their own. */
  readonly environment: NodeJS.ProcessEnv;
  readonly token: string;
  readonly key: string;
  readonly byway: (
    args: readonly string[],
    more?: NodeJS.ProcessEnv,
    input?: string,
  ) => Promise<Ended>;
  readonly startByway: (args: readonly string[], more?: NodeJS.ProcessEnv) => Running;
  /** The body of the service's answer; with the key when `key` is given. */
  readonly ask: (path: string, key?: string) => Promise<string>;
  readonly restartManager: () => Promise<void>;
};

const isolated = (folder: string): NodeJS.ProcessEnv => {
  const { PATH, HOME, SystemRoot } = process.env;
  return { PATH, HOME, SystemRoot, BYWAY_CONFIG_DIR: folder };
};

/** `service` is the port of a service of the test's own, instead of one that answers with text. */
export const startWorld = async (service?: number): Promise<World> => {
  const folder = await newFolder();
  const data = join(folder, 'data');
  await mkdir(data);
  const bare = isolated(join(folder, 'configuration'));
  const pod = service ?? (await serveText('pod'));
  let manager = await startManager(data, '127.0.0.1:0', bare);
  const { url } = JSON.parse(manager.stdout().split('\n')[0] ?? '') as { readonly url: string };
  const tokenFile = join(data, 'token');
  const token = (await readFile(tokenFile, 'utf8')).trim();
  const agent = start(
    'byway-agent',
    // biome-ignore format: pairs
    ['--workload', 'pricing', '--listen', '127.0.0.1:0', '--upstream', `127.0.0.1:${pod}`,
      '--manager', url, '--token-file', tokenFile],
    { environment: bare },
  );
  await agent.says('"event":"ready"');
  const { listen } = JSON.parse(agent.stdout()) as { readonly listen: readonly string[] };
  const agentPort = Number(listen[0]?.split(':')[1]);
  const environment = { ...bare, BYWAY_MANAGER: url, BYWAY_TOKEN: token };
  await until(async () => (await workloads(url, token)).includes('"agents":1'), 'the agent');
  const me = (await (await call(url, token, '/v1/me')).json()) as { readonly key: string };
  return {
    url,
    data,
    manager: () => manager,
    agentPort,
    environment,
    token,
    key: me.key,
    byway: (args, more = {}, input) =>
      run('byway', args, {
        environment: { ...environment, ...more },
        ...(input === undefined ? {} : { input }),
      }),
    startByway: (args, more = {}) =>
      start('byway', args, { environment: { ...environment, ...more } }),
    ask: async (path, key) => {
      const answer = await fetch(`http://127.0.0.1:${agentPort}${path}`, {
        headers: key === undefined ? {} : { 'x-byway-id': key },
      });
      return await answer.text();
    },
    restartManager: async () => {
      manager.child.kill('SIGKILL');
      await manager.ended;
      manager = await startManager(data, new URL(url).host, bare);
    },
  };
};

const startManager = async (
  data: string,
  listen: string,
  environment: NodeJS.ProcessEnv,
): Promise<Running> => {
  const manager = start('byway-manager', ['--listen', listen, '--data', data], { environment });
  await manager.says('"event":"ready"');
  return manager;
};

const call = (url: string, token: string, path: string): Promise<Response> =>
  fetch(url + path, { headers: { authorization: `Bearer ${token}` } });

const workloads = async (url: string, token: string): Promise<string> =>
  await (await call(url, token, '/v1/workloads')).text();

/** An HTTP server that answers with its name, method and path; resolves with its port. */
export const serveText = async (name: string): Promise<number> => {
  const server = createServer((request, response) => {
    response.end(`${name} ${request.method} ${request.url}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterwards(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
};

/** A port that nobody listens on. */
export const unusedPort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
};

/** Asks the service with a target that `fetch` would change, such as one with a `#`. */
export const askRaw = (port: number, target: string, key: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () =>
      socket.write(
        `GET ${target} HTTP/1.1\r\nHost: a\r\nx-byway-id: ${key}\r\nConnection: close\r\n\r\n`,
      ),
    );
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.once('error', reject);
    socket.once('close', () => resolve(text));
  });
