import type { Paint } from '../paint.ts';
import { type ChoiceItem, ChoiceList } from './components/choice-list.tsx';
import { openFrames } from './frames.tsx';
import { type Choice, pressInChoice, refreshChoice } from './model/choice.ts';
import { createPace } from './pace.ts';
import { guardTerminal } from './terminal/guard.ts';
import { Screen, type Terminal } from './terminal/screen.ts';

export type ChoiceOptions = {
  readonly terminal: Terminal;
  readonly paint: Paint;
  readonly items: readonly ChoiceItem[];
  /** Asks how they are now; what fails is asked again later. */
  readonly refresh: () => Promise<readonly ChoiceItem[]>;
  /** Ends the choice from outside. */
  readonly signal: AbortSignal;
};

/** What became of a choice. */
export type ChoiceOutcome = ChoiceItem | 'quit' | 'interrupt' | 'aborted';

/** Milliseconds between looks at how the intercepts are. */
const refreshMs = 2_000;

/** Lets the user choose one of several intercepts. */
export const choose = async (options: ChoiceOptions): Promise<ChoiceOutcome> => {
  const { terminal, paint, refresh, signal } = options;
  let choice: Choice<ChoiceItem> = { items: options.items, selected: 0 };
  let settle = (_outcome: ChoiceOutcome): void => {};
  const settled = new Promise<ChoiceOutcome>((resolve) => {
    settle = resolve;
  });
  const frames = openFrames();
  const pace = createPace(() => {
    const { size } = screen;
    const tree = <ChoiceList choice={choice} size={size} paint={paint} />;
    screen.draw(frames.draw(tree, size));
  });
  const screen = new Screen(terminal, {
    key: (key) => {
      if (key.name === 'suspend') void guard.suspend();
      const { choice: next, outcome } = pressInChoice(choice, key);
      choice = next;
      if (outcome?.type === 'open') settle(outcome.item);
      else if (outcome !== undefined) settle(outcome.type);
      pace.wanted(true);
    },
    resize: () => pace.wanted(true),
    drained: () => pace.wanted(),
  });
  const guard = guardTerminal(screen, () => pace.wanted(true));
  const refreshing = setInterval(() => {
    refresh().then(
      (items) => {
        choice = refreshChoice(choice, items);
        pace.wanted();
      },
      () => {}, // What is shown stays, and is asked for again.
    );
  }, refreshMs);
  signal.addEventListener('abort', () => settle('aborted'), { once: true });
  try {
    screen.open();
    pace.wanted(true);
    return await settled;
  } finally {
    clearInterval(refreshing);
    pace.stop();
    await screen.close();
    guard.release();
    frames.end();
  }
};
