import { Box, Text } from 'ink';
import type { ReactElement } from 'react';
import type { Paint } from '../../paint.ts';
import type { Line } from '../model/model.ts';
import { marginColumns } from '../model/page-lines.ts';
import { cut, oneLine } from '../text/width.ts';
import { toned } from './toned.ts';

type LinesProps = {
  readonly lines: readonly Line[];
  readonly width: number;
  readonly paint: Paint;
};

/** Lines of a page, one below the other, with a margin. */
export const Lines = ({ lines, width, paint }: LinesProps): ReactElement => {
  const margin = ' '.repeat(marginColumns);
  const shown = lines.map(({ text, tone }) => {
    const line = cut(oneLine(text), width - marginColumns - 1);
    return line === '' ? ' ' : margin + toned(paint, tone, line);
  });
  return (
    <Box flexDirection="column" width={width}>
      <Text>{shown.join('\n')}</Text>
    </Box>
  );
};
