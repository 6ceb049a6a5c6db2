import { Box, Text } from 'ink';
import type { ReactElement } from 'react';
import type { Paint } from '../../paint.ts';
import type { Page } from '../model/model.ts';
import { linesOf, scrollMax } from '../model/page-lines.ts';
import { cut, oneLine } from '../text/width.ts';
import { Lines } from './lines.tsx';

type PageProps = {
  readonly page: Page;
  readonly width: number;
  readonly height: number;
  readonly paint: Paint;
};

/** A title and the lines of a page from where it was scrolled to. */
export const PageView = ({ page, width, height, paint }: PageProps): ReactElement => {
  const lines = linesOf(page, width);
  const first = Math.min(page.scroll, scrollMax(page, width, height));
  const last = Math.min(lines.length, first + height);
  const where = lines.length > height ? `   lines ${first + 1}–${last} of ${lines.length}` : '';
  const title = cut(oneLine(page.title), Math.max(8, width - where.length - 3));
  return (
    <Box flexDirection="column" width={width} height={height + 1}>
      <Text>{` ${title}${paint.faint(where)}`}</Text>
      <Lines lines={lines.slice(first, last)} width={width} paint={paint} />
    </Box>
  );
};
