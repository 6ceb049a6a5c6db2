import type { Line } from '../model/model.ts';

const rows: readonly (readonly [string, string])[] = [
  ['↑ ↓  j k', 'select a request; it keeps its place while new ones come'],
  ['PgUp PgDn', 'a screen further'],
  ['g  G', 'newest (and follow again), oldest'],
  ['⏎', 'open: request and answer, sizes, timing'],
  ['/', 'filter: GET, 5xx, 404, you, pod, part of the path, !not; Esc clears'],
  ['r', 'replay it to your app              byway replay ID'],
  ['e', 'edit it in $EDITOR, then replay    byway replay ID --edit'],
  ['d', "compare your answer with the cluster's    byway diff ID"],
  ['c', 'copy it as curl, secrets left out  byway export ID --as curl'],
  ['n', 'requests that came close'],
  ['p', 'pause and resume: the pod answers meanwhile'],
  ['x', 'leave; asks once'],
  ['q', 'quit'],
  ['Ctrl-C', 'ends in order; again: at once'],
  ['Ctrl-Z  Ctrl-L', 'to the shell until `fg`; draw anew'],
];

/** What each key does. */
export const helpLines = (serves: boolean): readonly Line[] => [
  ...rows.map(([keys, does]): Line => {
    const quits = serves ? 'quit: ends the intercept, as Ctrl-C does' : 'quit: ends this view only';
    return { text: `${keys.padEnd(15)} ${keys === 'q' ? quits : does}`, tone: 'plain' };
  }),
  { text: '', tone: 'plain' },
  {
    text: '▲ the pod answered   ✗ failed   › selected   … still running',
    tone: 'faint',
  },
];
