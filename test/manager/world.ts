import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request as requestSecure } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { newIdentifier } from '../../src/base/identifier.ts';
import type { Log } from '../../src/base/log.ts';
import { type RunningManager, type StartOptions, startManager } from '../../src/manager/start.ts';
import type { CreatedToken, NewToken } from '../../src/protocol/api.ts';
import type { Intercept, NewIntercept } from '../../src/protocol/intercepts.ts';
import type { AgentReport, ProbeResult } from '../../src/protocol/reports.ts';
import type { Rule, RuleEvent } from '../../src/protocol/rules.ts';
import { openAgentEnd } from '../../src/tunnel/agent-end.ts';
import { acceptArrival, answerProbe } from '../../src/tunnel/arrivals.ts';
import { dialTunnel } from '../../src/tunnel/dial.ts';
import { type Arrival, serveLaptopEnd } from '../../src/tunnel/laptop-end.ts';
import type { TransportMemory } from '../../src/tunnel/transport-memory.ts';
import { duplexOf } from '../tunnel/duplex-of.ts';

export type CleanUp = () => unknown;

/** What a test did last is undone first. */
export const cleanUps: CleanUp[] = [];
export const cleanUp = async (): Promise<void> => {
  for (const undo of cleanUps.splice(0).reverse()) await undo();
};

const silentLog: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

export const newFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'byway-manager-'));
  cleanUps.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

export type World = {
  readonly url: string;
  readonly data: string;
  readonly ownerToken: string;
  /** Of one in TLS: who signed its certificate. */
  readonly ca?: string;
  readonly manager: RunningManager;
};

/** A manager on a free port with the owner "ada". */
export const startWorld = async (
  data?: string,
  more: Partial<Pick<StartOptions, 'tls' | 'metrics' | 'policy'>> & { readonly ca?: string } = {},
): Promise<World> => {
  const folder = data ?? (await newFolder());
  const manager = await startManager({
    listen: { host: '127.0.0.1', port: 0 },
    data: folder,
    ownerName: 'ada',
    log: silentLog,
    ...more,
  });
  let stopped = false;
  const stop = async (): Promise<void> => {
    if (!stopped) await manager.stop();
    stopped = true;
  };
  cleanUps.push(stop);
  const ownerToken = (await readFile(join(folder, 'token'), 'utf8')).trim();
  return {
    url: manager.url,
    data: folder,
    ownerToken,
    manager: { ...manager, stop },
    ...(more.ca === undefined ? {} : { ca: more.ca }),
  };
};

export type Reply = {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
};

export const call = async (
  { url, ownerToken, ca }: Pick<World, 'url' | 'ownerToken' | 'ca'>,
  method: string,
  path: string,
  options: { readonly body?: unknown; readonly token?: string | null } = {},
): Promise<Reply> => {
  const token = options.token === undefined ? ownerToken : options.token;
  const answer = await ask(ca, url + path, {
    method,
    headers: token === null ? {} : { authorization: `Bearer ${token}` },
    ...(options.body === undefined
      ? {}
      : { body: typeof options.body === 'string' ? options.body : JSON.stringify(options.body) }),
  });
  const text = await answer.text();
  return {
    status: answer.status,
    headers: answer.headers,
    body: text === '' ? {} : JSON.parse(text),
  };
};

/** Like `fetch`, which can't be told whom to trust. */
const ask = async (
  ca: string | undefined,
  url: string,
  { body, headers, method, signal }: RequestInit,
): Promise<Response> => {
  const init = { method: method ?? 'GET', headers: headers ?? {}, signal: signal ?? null };
  if (ca === undefined) return await fetch(url, { ...init, ...(body == null ? {} : { body }) });
  const request = requestSecure(url, {
    ca,
    agent: false,
    method: init.method,
    headers: Object.fromEntries(new Headers(init.headers)),
    ...(signal == null ? {} : { signal }),
  });
  request.end(body ?? undefined);
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  const isEmpty = answer.statusCode === 204;
  return new Response(isEmpty ? null : (Readable.toWeb(answer) as ReadableStream), {
    status: answer.statusCode ?? 0,
    headers: answer.headers as Record<string, string>,
  });
};

export const newToken = async (world: World, wanted: NewToken): Promise<CreatedToken> =>
  (await call(world, 'POST', '/v1/tokens', { body: wanted })).body as unknown as CreatedToken;

export type Events = {
  /** All events so far. */
  readonly seen: readonly (Readonly<Record<string, unknown>> & { readonly type: string })[];
  readonly ended: Promise<void>;
  readonly stop: () => void;
};

/** Reads server-sent events in the background. */
export const events = async (
  { url, ca }: Pick<World, 'url' | 'ca'>,
  path: string,
  token: string,
  onEvent: (event: never) => void = () => {},
): Promise<Events> => {
  const controller = new AbortController();
  const headers = { authorization: `Bearer ${token}` };
  const answer = await ask(ca, url + path, { headers, signal: controller.signal });
  if (answer.status !== 200 || answer.body === null) throw new Error(await answer.text());
  const seen: { type: string }[] = [];
  const read = async (body: AsyncIterable<Uint8Array>): Promise<void> => {
    const decoder = new TextDecoder();
    let rest = '';
    for await (const chunk of body) {
      const blocks = (rest + decoder.decode(chunk, { stream: true })).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const data = /^data: (.*)$/m.exec(block)?.[1];
        if (data === undefined) continue;
        const event = JSON.parse(data);
        if (/^event: (.*)$/m.exec(block)?.[1] !== event.type) throw new Error(`misnamed: ${block}`);
        seen.push(event);
        onEvent(event as never);
      }
    }
  };
  const stop = (): void => controller.abort();
  cleanUps.push(stop);
  return { seen, ended: read(answer.body).catch(() => {}), stop };
};

export type FakeAgent = {
  readonly id: string;
  readonly rules: Map<string, Rule>;
  readonly events: Events;
  readonly report: (more?: Partial<AgentReport>) => Promise<Reply>;
};

export type AgentOptions = {
  readonly token?: string;
  readonly ports?: readonly number[];
  /** Answers a probe; by default the legs of one that arrived. Undefined: says nothing. */
  readonly onProbe?: (nonce: string, id: string) => Promise<ProbeResult> | undefined;
  readonly quiet?: boolean;
  /** Is told what the manager asks for; without it the agent is one that can't be asked. */
  readonly onAsk?: (event: Extract<RuleEvent, { readonly type: 'ask' }>) => void;
  /** It says that it sends requests to its pod. */
  readonly podRequests?: boolean;
};

/** An agent as the manager knows it: reads rules, reports what it applied, answers probes. */
export const startAgent = async (
  world: World,
  name: string,
  options: AgentOptions = {},
): Promise<FakeAgent> => {
  const { token = world.ownerToken, ports = [8080], quiet = false } = options;
  const { podRequests = false } = options;
  const id = newIdentifier('ag');
  const rules = new Map<string, Rule>();
  const base = `/v1/agents/default/process/${name}`;
  let applied: AgentReport['applied'] = null;
  const report = (more: Partial<AgentReport> = {}): Promise<Reply> =>
    call(world, 'POST', `${base}/reports`, {
      token,
      body: { agent: id, applied, ports, counts: {}, probes: [], podRequests, ...more },
    });
  const arrived = (nonce: string, of: string): Promise<ProbeResult> =>
    Promise.resolve({ nonce, id: of, legsMs: { agent: 1, tunnel: 2, local: 0.5 } });
  const onEvent = (event: RuleEvent): void => {
    if (event.type === 'probe') {
      const result = (options.onProbe ?? arrived)(event.nonce, event.id);
      void result?.then((probe) => report({ probes: [probe] })).catch(() => {});
      return;
    }
    if (event.type === 'ask') {
      options.onAsk?.(event);
      return;
    }
    if (event.type === 'pod_request') return;
    applyTo(rules, event);
    applied = { epoch: event.epoch, version: event.version };
    if (!quiet) void report().catch(() => {});
  };
  const stream = await events(
    world,
    `${base}/rules?agent=${id}${options.onAsk === undefined ? '' : '&asks=near-misses'}`,
    token,
    onEvent as never,
  );
  const isKnown = async (): Promise<boolean> => {
    const { body } = await call(world, 'GET', '/v1/workloads');
    const items = body['items'] as { workload: { name: string }; agents: number }[];
    return items.some(({ workload, agents }) => workload.name === name && agents > 0);
  };
  if (quiet) await report();
  while (!(await isKnown())) await new Promise((resolve) => setTimeout(resolve, 5));
  return { id, rules, events: stream, report };
};

type RuleChange = Extract<RuleEvent, { readonly type: 'state' | 'put' | 'remove' }>;

const applyTo = (rules: Map<string, Rule>, event: RuleChange): void => {
  if (event.type === 'state') {
    rules.clear();
    for (const rule of event.rules) rules.set(rule.id, rule);
  } else if (event.type === 'put') rules.set(event.rule.id, event.rule);
  else rules.delete(event.id);
};

export type LaptopOptions = {
  /** Where it dials, instead of the manager itself. */
  readonly manager?: URL;
  readonly ca?: string;
  readonly memory?: TransportMemory;
  readonly token?: string;
  readonly session?: string;
  readonly onArrival?: (arrival: Arrival) => void;
};

/** Answers probes and echoes everything else. */
export const echo = (arrival: Arrival): void => {
  if (arrival.probe !== undefined) {
    answerProbe(arrival, '0.8');
    return;
  }
  acceptArrival(arrival);
  duplexOf(arrival.stream).pipe(duplexOf(arrival.stream));
};

export const startLaptop = async (world: World, options: LaptopOptions = {}) => {
  const { token = world.ownerToken, session = newIdentifier('se'), onArrival = echo } = options;
  const socket = await dialTunnel(
    {
      manager: options.manager ?? new URL(world.url),
      ca: options.ca ?? world.ca,
      token,
      role: 'laptop',
      headers: { 'x-byway-session': session },
      signal: AbortSignal.timeout(20_000),
    },
    options.memory,
  );
  const end = serveLaptopEnd(socket, onArrival);
  cleanUps.push(end.destroy);
  return { session, end, socket };
};

export const startAgentTunnel = async (
  world: World,
  workload: string,
  token?: string,
  options: Pick<LaptopOptions, 'manager' | 'ca' | 'memory'> = {},
) => {
  const socket = await dialTunnel(
    {
      manager: options.manager ?? new URL(world.url),
      ca: options.ca ?? world.ca,
      token: token ?? world.ownerToken,
      role: 'agent',
      headers: { 'x-byway-workload': `default/process/${workload}` },
      signal: AbortSignal.timeout(20_000),
    },
    options.memory,
  );
  const end = openAgentEnd(socket);
  cleanUps.push(end.destroy);
  return end;
};

export const wanted = (session: string, more: Partial<NewIntercept> = {}): NewIntercept => ({
  workload: 'pricing',
  session,
  laptop: 'laptop',
  match: { key: 'personal' },
  ...more,
});

export const create = (world: World, body: NewIntercept, token?: string): Promise<Reply> =>
  call(world, 'POST', '/v1/intercepts', token === undefined ? { body } : { body, token });

export const interceptOf = (reply: Reply): Intercept => {
  if (reply.status !== 201) throw new Error(`${reply.status} ${JSON.stringify(reply.body)}`);
  return reply.body as unknown as Intercept;
};
