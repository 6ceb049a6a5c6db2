type LiveViewModule = typeof import('./live-view.tsx');
type ChoiceViewModule = typeof import('./choice-view.tsx');

/** Loads what draws, for which nobody else pays. React is slower by far unless told that this is no development. */
export const loadLiveView = (): Promise<LiveViewModule> =>
  inProduction(() => import('./live-view.tsx'));

export const loadChoiceView = (): Promise<ChoiceViewModule> =>
  inProduction(() => import('./choice-view.tsx'));

const inProduction = async <T>(load: () => Promise<T>): Promise<T> => {
  const { NODE_ENV: before } = process.env;
  process.env['NODE_ENV'] = 'production';
  try {
    return await load();
  } finally {
    // Programs that we start, such as an editor, get the user's own.
    if (before === undefined) delete process.env['NODE_ENV'];
    else process.env['NODE_ENV'] = before;
  }
};
