import type { Intercept } from '../../protocol/intercepts.ts';
import type { Context } from '../context.ts';
import type { LocalSession } from '../control/local-sessions.ts';
import { remoteExchanges } from '../control/remote-exchanges.ts';
import type { ManagerClient } from '../manager-client/client.ts';
import type { ExchangeSource } from '../recorder/source.ts';
import { signalCode } from '../session/interruption.ts';
import { attach } from './attach.ts';
import type { ChoiceItem } from './components/choice-list.tsx';
import type { Requests } from './live-source.ts';
import { loadChoiceView } from './load-view.ts';
import { requestsOf } from './session-requests.ts';
import { systemTerminal } from './terminal/system-terminal.ts';

export type WatchOptions = {
  readonly context: Pick<Context, 'io' | 'signals' | 'environment'>;
  readonly manager: Pick<ManagerClient, 'change' | 'events' | 'remove'>;
  readonly intercepts: readonly Intercept[];
  readonly localOf: (intercept: Intercept) => LocalSession | undefined;
  /** Those that would be shown now. */
  readonly refresh: () => Promise<readonly Intercept[]>;
};

/** Draws one intercept, or lets the user choose among several. Returns the exit code. */
export const watchIntercepts = async (options: WatchOptions): Promise<number> => {
  const { intercepts } = options;
  const [only] = intercepts;
  if (intercepts.length === 1 && only !== undefined) {
    const { code } = await open(options, only, false);
    return code ?? 0;
  }
  for (;;) {
    const chosen = await chooseOne(options);
    if (typeof chosen === 'number') return chosen;
    const { code } = await open(options, chosen.intercept, true);
    if (code !== undefined) return code;
  }
};

/** Without a code it goes back to the choice. */
const open = async (
  { context, manager, localOf }: WatchOptions,
  intercept: Intercept,
  hasChoice: boolean,
): Promise<{ readonly code: number | undefined }> => {
  const local = localOf(intercept);
  const requests = requestsFrom(local, intercept, context);
  const outcome = await attach({ context, manager, intercept, local, requests, hasChoice });
  return { code: outcome.type === 'ended' ? outcome.code : undefined };
};

const chooseOne = async ({
  context,
  intercepts,
  localOf,
  refresh,
}: WatchOptions): Promise<ChoiceItem | number> => {
  const { choose } = await loadChoiceView();
  const itemOf = (intercept: Intercept): ChoiceItem => {
    const local = localOf(intercept);
    const target = local === undefined ? intercept.laptop : `localhost:${local.file.port}`;
    return { id: intercept.id, intercept, target };
  };
  const over = new AbortController();
  let code = 0;
  const unwatch = context.signals((signal) => {
    code = signalCode(signal);
    over.abort();
  });
  try {
    const outcome = await choose({
      terminal: systemTerminal(process.stdin, process.stderr),
      paint: context.io.paint(),
      items: intercepts.map(itemOf),
      refresh: async () => (await refresh()).map(itemOf),
      signal: over.signal,
    });
    if (outcome === 'interrupt') return signalCode('SIGINT');
    return typeof outcome === 'string' ? code : outcome;
  } finally {
    unwatch();
  }
};

// Of all that a process serves, those of this intercept.
const requestsFrom = (
  local: LocalSession | undefined,
  { id: intercept }: Intercept,
  { environment }: Pick<Context, 'environment'>,
): Requests | undefined => {
  const socket = local?.file.socket ?? null;
  if (socket === null) return undefined;
  const all = remoteExchanges(socket);
  const own: ExchangeSource = {
    ...all,
    list: async () => (await all.list()).filter((row) => row.intercept === intercept),
    subscribe: (listener) =>
      all.subscribe((row) => {
        if (row.intercept === intercept) listener(row);
      }),
  };
  return requestsOf(own, environment);
};
