import type { Line } from '../model/model.ts';

const rows: readonly (readonly [keys: string, does: string, command?: string])[] = [
  ['↑ ↓  j k', 'select a request; it keeps its place while new ones come'],
  ['PgUp PgDn g G', 'a screen further; newest (and follow again), oldest'],
  ['⏎', 'open: request, answer, sizes, time', 'byway inspect ID'],
  ['/', 'filter: GET 5xx 404 you pod /path !not; Esc clears'],
  ['r', 'send it to your app again', 'byway replay ID'],
  ['e', 'edit it in $EDITOR, then send it', 'byway replay ID --edit'],
  ['d', "compare with the cluster's answer", 'byway diff ID'],
  ['c', 'copy as curl, secrets left out', 'byway export ID --as curl'],
  ['n', 'requests that came close'],
  ['p', 'pause and resume: the pod answers meanwhile'],
  ['x', 'leave; asks once'],
  ['q', ''],
  ['Ctrl-C', 'ends in order; again: at once'],
  ['Ctrl-Z Ctrl-L', 'to the shell until `fg`; draw anew'],
];

/** Columns of the keys, and of what has a command beside it. */
const keyColumns = 15;
const doesColumns = 36;

/** What each key does. */
export const helpLines = (serves: boolean): readonly Line[] => {
  const quits = serves ? 'quit: ends the intercept, as Ctrl-C does' : 'quit: ends this view only';
  return [
    ...rows.map(([keys, does, command]): Line => {
      const what = keys === 'q' ? quits : does;
      const beside = command === undefined ? what : what.padEnd(doesColumns) + command;
      return { text: `${keys.padEnd(keyColumns)} ${beside}`, tone: 'plain' };
    }),
    { text: '▲ the pod answered   ✗ failed   › selected   … still running', tone: 'faint' },
  ];
};
