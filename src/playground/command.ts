import { messageOf } from '../base/errors.ts';
import { exitCodes } from '../base/exit-codes.ts';
import { createIo, type Io } from '../cli/io.ts';
import { type Interruption, signalCode, watchSignals } from '../cli/session/interruption.ts';
import { announce, withdraw } from './discovery.ts';
import { watchLosses } from './losses.ts';
import { createNarration, type Narration } from './narration.ts';
import { whatNext } from './next.ts';
import { openShop, type Shop } from './shop-processes.ts';
import { planTour } from './tour.ts';

export type PlaygroundOptions = {
  /** End after the tour. */
  readonly once: boolean;
  /** JSON lines on stdout, one for each step and one in the end, and nothing for people. */
  readonly json: boolean;
};

/**
 * Starts the shop, plays the tour, and stays up until a signal comes. Returns the exit code: 0, or
 * 128+n for a signal. Rejects with a `UserError` when a step is not as it must be or a process ends.
 * Everything that it started is gone then.
 */
export const playground = async (options: PlaygroundOptions): Promise<number> => {
  const { stdin, stdout, stderr, env } = process;
  const io = createIo({ stdin, stdout, stderr }, env);
  await io.prepare({ quiet: options.json });
  const interruption = watchSignals(onEndingSignals);
  try {
    return await Promise.race([interruption.second, run(options, io, interruption)]);
  } finally {
    interruption.dispose();
  }
};

const run = async (
  options: PlaygroundOptions,
  io: Io,
  interruption: Interruption,
): Promise<number> => {
  const narration = createNarration(io, options.json);
  const stop = interruption.first;
  try {
    await openAndPlay(options, { io, narration, stop });
  } catch (error) {
    if (!stop.aborted) {
      narration.failed(messageOf(error));
      if (!options.json) throw error;
      // Programs have just been told; another answer would be one too many.
      io.warn(`✗ ${messageOf(error)}`);
      return exitCodes.error;
    }
  }
  const signal = interruption.signal();
  return signal === undefined ? exitCodes.ok : signalCode(signal);
};

type Stage = { readonly io: Io; readonly narration: Narration; readonly stop: AbortSignal };

/** Resolves when it is over, by itself or by `stop`. */
const openAndPlay = async ({ once, json }: PlaygroundOptions, stage: Stage): Promise<void> => {
  const { io, narration, stop } = stage;
  const start = performance.now();
  const losses = watchLosses();
  const shop = await openShop({ onLoss: losses.onLoss, signal: stop });
  const discovery = once ? undefined : await announce(shop);
  try {
    narration.opening(shop.ports);
    await Promise.race([play(shop, narration), losses.first, whenAborted(stop)]);
    if (stop.aborted) return;
    narration.finished(shop, performance.now() - start);
    if (discovery === undefined) return;
    if (!json) for (const line of await whatNext(shop, discovery)) io.say(line);
    losses.tell(narration.lost);
    await staying(stop);
  } finally {
    await shop.close();
    if (discovery !== undefined) await withdraw();
  }
};

const play = async (shop: Shop, narration: Narration): Promise<void> => {
  for (const [index, step] of (await planTour(shop)).entries()) {
    narration.head(index + 1, step);
    narration.outcome(index + 1, await step.play());
  }
};

const whenAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });

// Without children there is nothing else that would keep this process.
const staying = async (signal: AbortSignal): Promise<void> => {
  const alive = setInterval(() => {}, 60_000);
  await whenAborted(signal);
  clearInterval(alive);
};

const endingSignals: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

const onEndingSignals = (listener: (signal: NodeJS.Signals) => void): (() => void) => {
  for (const signal of endingSignals) process.on(signal, listener);
  return () => {
    for (const signal of endingSignals) process.off(signal, listener);
  };
};
