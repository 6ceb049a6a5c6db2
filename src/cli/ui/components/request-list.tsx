import { Box, Text } from 'ink';
import type { ReactElement } from 'react';
import type { Paint } from '../../paint.ts';
import type { ExchangeSummary } from '../../recorder/view.ts';
import type { Model } from '../model/model.ts';
import { windowOf } from '../model/selection.ts';
import { emptyLines } from '../words/empty-lines.ts';
import { headingOf, rowInWords, toneOf } from '../words/row-words.ts';
import { Lines } from './lines.tsx';
import { toned } from './toned.ts';

type RequestListProps = {
  readonly model: Model;
  readonly width: number;
  readonly height: number;
  readonly paint: Paint;
};

/** The heading and as many requests as there is room for, or what to do while there are none. */
export const RequestList = ({ model, width, height, paint }: RequestListProps): ReactElement => {
  const { rows, selected } = windowOf(model, height);
  const chosen = model.selected === null && model.page === null ? undefined : selected;
  if (rows.length === 0) {
    return (
      <Box flexDirection="column" width={width} height={height + 1}>
        <Text> </Text>
        <Lines lines={emptyLines(model).slice(0, height)} width={width} paint={paint} />
      </Box>
    );
  }
  return (
    <Box flexDirection="column" width={width} height={height + 1}>
      <Text>{paint.faint(headingOf(width - 1))}</Text>
      {rows.map((row) => (
        <Text key={row.id}>{painted(row, width - 1, row === chosen, paint)}</Text>
      ))}
    </Box>
  );
};

const painted = (row: ExchangeSummary, width: number, chosen: boolean, paint: Paint): string => {
  const text = toned(paint, toneOf(row), rowInWords(row, width, chosen));
  return chosen ? paint.chosen(text) : text;
};
