import { Box, Text } from 'ink';
import type { ReactElement } from 'react';
import type { Intercept } from '../../../protocol/intercepts.ts';
import type { Paint } from '../../paint.ts';
import { count } from '../../wording/figures.ts';
import { matchInWords } from '../../wording/match.ts';
import type { Choice } from '../model/choice.ts';
import { headOf } from '../model/head-of.ts';
import type { Size } from '../terminal/screen.ts';
import { fit, oneLine } from '../text/width.ts';
import { stateInWords } from '../words/head-words.ts';
import { toned } from './toned.ts';

/** An intercept, and where its requests go. */
export type ChoiceItem = {
  readonly id: string;
  readonly intercept: Intercept;
  readonly target: string;
};

type ChoiceListProps = {
  readonly choice: Choice<ChoiceItem>;
  readonly size: Size;
  readonly paint: Paint;
};

/** Lines around the list: title, a blank one above and below, and the keys. */
const otherRows = 4;

/** One line for each intercept, two for narrow terminals would be no easier to read. */
export const ChoiceList = ({ choice, size, paint }: ChoiceListProps): ReactElement => {
  const height = Math.max(1, size.rows - otherRows);
  const first = Math.max(0, Math.min(choice.selected, choice.items.length - 1) - height + 1);
  const shown = choice.items.slice(first, first + height);
  return (
    <Box flexDirection="column" width={size.columns} height={size.rows} overflow="hidden">
      <Text>{` ${count(choice.items.length)} intercepts`}</Text>
      <Text> </Text>
      <Box flexDirection="column" flexGrow={1}>
        {shown.map((item, index) => (
          <Text key={item.id}>
            {lineOf(item, size.columns - 1, first + index === choice.selected, paint)}
          </Text>
        ))}
      </Box>
      <Text>{paint.faint(' ↑↓ select  ⏎ open  q quit')}</Text>
    </Box>
  );
};

/** Columns of the state, and of the count of requests. */
const stateColumns = 18;
const countColumns = 14;

const lineOf = (
  { intercept, target }: ChoiceItem,
  columns: number,
  selected: boolean,
  paint: Paint,
): string => {
  const room = columns - 2 - stateColumns - countColumns;
  const name = fit(oneLine(`${intercept.workload.name} → ${target}`), Math.ceil(room * 0.6));
  const match = fit(oneLine(matchInWords(intercept.match)), Math.floor(room * 0.4) - 2);
  const state = stateInWords(headOf(intercept, target));
  const matched = fit(`${count(intercept.counts.matched)} matched`, countColumns);
  const text = `${selected ? '›' : ' '} ${name}  ${match}${toned(paint, state.tone, fit(state.text, stateColumns))}${matched}`;
  return selected ? paint.chosen(text) : text;
};
