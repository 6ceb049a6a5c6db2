import { setTimeout as sleep } from 'node:timers/promises';
import type { Intercept } from '../../protocol/intercepts.ts';
import type { Context } from '../context.ts';
import { askStatus } from '../control/client.ts';
import type { LocalSession } from '../control/local-sessions.ts';
import type { TunnelStatus } from '../control/messages.ts';
import type { ManagerClient } from '../manager-client/client.ts';
import { follow } from '../session/follow.ts';
import { signalCode } from '../session/interruption.ts';
import type { LiveSource, Requests } from './live-source.ts';
import type { LiveView } from './live-view.tsx';
import { loadLiveView } from './load-view.ts';
import { changingHead, headOf } from './model/head-of.ts';
import { systemTerminal } from './terminal/system-terminal.ts';

export type AttachOptions = {
  readonly context: Pick<Context, 'io' | 'signals'>;
  readonly manager: Pick<ManagerClient, 'change' | 'events' | 'remove'>;
  readonly intercept: Intercept;
  /** The process of this machine that serves it, when there is one. */
  readonly local: LocalSession | undefined;
  /** Its requests, when they can be asked. */
  readonly requests: Requests | undefined;
  readonly hasChoice: boolean;
};

/** How a view ended: `back` to the choice, or with an exit code. */
export type Attached =
  | { readonly type: 'back' }
  | { readonly type: 'ended'; readonly code: number };

/** Milliseconds between two questions to the session how its tunnel is. */
const askMs = 1_000;

/** Draws an intercept that another process serves, until the user has seen enough. */
export const attach = async (options: AttachOptions): Promise<Attached> => {
  const { context, intercept, local, hasChoice } = options;
  const { LiveView: View } = await loadLiveView();
  const over = new AbortController();
  let tunnel = local?.status?.tunnel ?? null;
  const target = local === undefined ? intercept.laptop : `localhost:${local.file.port}`;
  let end = (_how: Attached): void => {};
  const ended = new Promise<Attached>((resolve) => {
    end = resolve;
  });
  const view = new View({
    terminal: systemTerminal(process.stdin, process.stderr),
    paint: context.io.paint(),
    source: sourceOf(options, () => tunnel, end),
    head: headOf(intercept, target),
    serves: false,
    hasChoice,
  });
  const unwatch = context.signals((signal) => end({ type: 'ended', code: signalCode(signal) }));
  try {
    view.open();
    const failed = tellEvents(options, view, over.signal);
    void watchTunnel(local?.file.socket ?? null, over.signal, (status) => {
      tunnel = status;
    });
    return await Promise.race([ended, failed]);
  } finally {
    over.abort();
    unwatch();
    await view.close();
  }
};

const sourceOf = (
  { manager, intercept: { id }, requests }: AttachOptions,
  tunnel: () => TunnelStatus | null,
  end: (how: Attached) => void,
): LiveSource => ({
  requests,
  tunnel,
  pause: async (paused) => void (await manager.change(id, { paused })),
  leave: async () => await manager.remove(id),
  quit: () => end({ type: 'ended', code: 0 }),
  interrupt: () => end({ type: 'ended', code: signalCode('SIGINT') }),
  back: () => end({ type: 'back' }),
});

/** Never resolves; rejects when the manager refuses to tell any more. */
const tellEvents = async (
  { manager, intercept }: AttachOptions,
  view: LiveView,
  signal: AbortSignal,
): Promise<never> => {
  for await (const event of follow(manager, intercept.id, signal)) {
    if (event.type === 'intercept') {
      view.change({ type: 'head', head: changingHead(event.intercept) });
    } else if (event.type === 'near_misses') {
      view.change({ type: 'misses', misses: event.misses });
    } else if (event.type === 'ended' || event.type === 'gone') {
      view.change({ type: 'head', head: { state: 'ended', because: null } });
    }
  }
  return await new Promise<never>(() => {});
};

const watchTunnel = async (
  socket: string | null,
  signal: AbortSignal,
  tell: (status: TunnelStatus | null) => void,
): Promise<void> => {
  while (socket !== null && !signal.aborted) {
    // A session that is busy or gone says nothing of its tunnel; its intercept's state tells the rest.
    const status = await askStatus(socket).catch(() => undefined);
    tell(status?.tunnel ?? null);
    await sleep(askMs, undefined, { signal }).catch(() => {});
  }
};
