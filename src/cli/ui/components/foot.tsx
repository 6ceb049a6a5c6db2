import { Box, Text } from 'ink';
import type { ReactElement } from 'react';
import type { Paint } from '../../paint.ts';
import { count } from '../../wording/figures.ts';
import { layoutOf } from '../model/layout.ts';
import type { Model, Tone } from '../model/model.ts';
import { shownRows, windowOf } from '../model/selection.ts';
import { cut, oneLine, wrap } from '../text/width.ts';
import { meaningInWords } from '../words/head-words.ts';
import { keysInWords } from '../words/key-words.ts';
import { missesInWords } from '../words/miss-words.ts';
import { toned } from './toned.ts';

type FootProps = {
  readonly model: Model;
  readonly paint: Paint;
};

/** Two lines of what is to be said now, and the keys. */
export const Foot = ({ model, paint }: FootProps): ReactElement => {
  const { columns } = model.size;
  const { text, tone } = saidNow(model);
  const [first = '', second = '', ...more] = wrap(oneLine(text), columns - 2);
  const end = more.length === 0 ? second : cut(`${second} …`, columns - 2);
  return (
    <Box flexDirection="column" height={3}>
      <Text>{first === '' ? ' ' : ` ${toned(paint, tone, first)}`}</Text>
      <Text>{end === '' ? ' ' : ` ${toned(paint, tone, end)}`}</Text>
      <Text>{paint.faint(keysInWords(model, columns - 1))}</Text>
    </Box>
  );
};

type Said = { readonly text: string; readonly tone: Tone };

// What needs an answer goes first, then what was just done, then what is wrong.
const saidNow = (model: Model): Said => {
  const { leaving, typing, notice, head, misses } = model;
  if (leaving)
    return { text: `Leave ${head.name}? The pod answers from then on.`, tone: 'warning' };
  if (typing !== null) return { text: `/ ${typing}▏  ${howMany(model)}`, tone: 'plain' };
  if (notice !== null) return notice;
  const meaning = meaningInWords(head);
  if (meaning !== null) return meaning;
  const place = placeInWords(model);
  const close = model.page === null ? missesInWords(misses) : null;
  const parts = [...(place === '' ? [] : [place]), ...(close === null ? [] : [`${close} n: show`])];
  return { text: parts.join('  '), tone: place === '' ? 'warning' : 'plain' };
};

const howMany = (model: Model): string =>
  `${count(shownRows(model).length)} of ${count(model.rows.length)}`;

const placeInWords = (model: Model): string => {
  if (layoutOf(model).listWidth === null) return '';
  const filtered = model.filter === '' ? '' : `filter "${model.filter}": ${howMany(model)}.`;
  if (model.selected === null) return filtered;
  const { above } = windowOf(model, layoutOf(model).height);
  const newer = above === 0 ? '' : `${count(above)} newer above, g: newest.`;
  return [filtered, newer].filter((part) => part !== '').join('  ');
};
