import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { type Children, createChildren, type Loss } from './children.ts';
import { choosePort, freePort } from './ports.ts';

export const serviceNames = ['web', 'cart', 'pricing'] as const;
export type ServiceName = (typeof serviceNames)[number];

/** Ports of the manager, and where callers of each service connect. */
export type ShopPorts = Readonly<Record<ServiceName | 'manager', number>>;

/** Where everything is unless something else is there. */
export const usualPorts: ShopPorts = { manager: 7070, web: 8080, cart: 8081, pricing: 8082 };

/** The running shop: a manager, and three services behind their agents. */
export type Shop = {
  readonly ports: ShopPorts;
  readonly manager: URL;
  readonly token: string;
  readonly tokenFile: string;
  readonly children: Children;
  /** Ends everything and removes its folder. */
  readonly close: () => Promise<void>;
};

export type ShopOptions = {
  readonly onLoss: (loss: Loss) => void;
  /** Ends a start that is under way. */
  readonly signal: AbortSignal;
};

/**
 * Starts the shop. When that fails, as when a program takes one of the ports meanwhile, tries once
 * more on free ports. Rejects with a `UserError`, and then nothing is left.
 */
export const openShop = async (options: ShopOptions): Promise<Shop> => {
  try {
    return await openShopOn(await portsBy(choosePort), options);
  } catch (error) {
    if (options.signal.aborted) throw error;
    // Unless it was the port, the second failure is the same and tells.
    return await openShopOn(await portsBy(freePort), options);
  }
};

const portsBy = async (choose: (preferred: number) => Promise<number>): Promise<ShopPorts> => {
  const [manager, web, cart, pricing] = await Promise.all([
    choose(usualPorts.manager),
    choose(usualPorts.web),
    choose(usualPorts.cart),
    choose(usualPorts.pricing),
  ]);
  return { manager, web, cart, pricing };
};

const openShopOn = async (ports: ShopPorts, { onLoss, signal }: ShopOptions): Promise<Shop> => {
  const folder = await mkdtemp(join(tmpdir(), 'byway-playground-'));
  const children = createChildren(onLoss);
  const close = async (): Promise<void> => {
    await children.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  };
  const stop = (): void => void children.stop();
  signal.addEventListener('abort', stop);
  try {
    if (signal.aborted) await children.stop();
    await startAll(children, ports, folder);
    const tokenFile = join(folder, 'token');
    const token = (await readFile(tokenFile, 'utf8')).trim();
    return { ports, manager: urlOf(ports.manager), token, tokenFile, children, close };
  } catch (error) {
    await close();
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
};

const startAll = async (children: Children, ports: ShopPorts, folder: string): Promise<void> => {
  const [, ...upstreams] = await Promise.all([
    startManager(children, ports.manager, folder),
    ...serviceNames.map((name) => startService(children, name, ports)),
  ]);
  const manager = [
    ...['--manager', urlOf(ports.manager).href],
    ...['--token-file', join(folder, 'token')],
  ];
  await Promise.all(
    serviceNames.map((name, index) =>
      startAgent(
        children,
        { name, listen: ports[name], upstream: upstreams[index] ?? '' },
        manager,
      ),
    ),
  );
};

export const urlOf = (port: number): URL => new URL(`http://127.0.0.1:${port}`);

/** For people. */
export const managerName = 'The manager';

const startManager = (children: Children, port: number, folder: string): Promise<unknown> =>
  children.start({
    name: managerName,
    program: 'manager',
    // `launch.ts` removes the folder when we can't.
    argv: ['--listen', `127.0.0.1:${port}`, '--data', folder],
  });

const startService = async (
  children: Children,
  name: ServiceName,
  ports: ShopPorts,
): Promise<string> => {
  const { readyLine } = await children.start({
    name: `The service ${name}`,
    program: name,
    environment: {
      PORT: '0',
      CART_URL: urlOf(ports.cart).href,
      PRICING_URL: urlOf(ports.pricing).href,
    },
  });
  return v.parse(readySchema, readyLine).listen[0];
};

const readySchema = v.object({ listen: v.tuple([v.string()]) });

type AgentPlan = { readonly name: string; readonly listen: number; readonly upstream: string };

const startAgent = (
  children: Children,
  { name, listen, upstream }: AgentPlan,
  manager: readonly string[],
): Promise<unknown> =>
  children.start({
    name: `The agent of ${name}`,
    program: 'agent',
    argv: [
      ...['--workload', name],
      ...['--listen', `127.0.0.1:${listen}`],
      ...['--upstream', upstream],
      ...manager,
    ],
  });
