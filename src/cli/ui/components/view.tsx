import { Box, Text } from 'ink';
import type { ReactElement } from 'react';
import type { Paint } from '../../paint.ts';
import { columnsMin, layoutOf, rowsMin } from '../model/layout.ts';
import type { Model } from '../model/model.ts';
import { Foot } from './foot.tsx';
import { Header } from './header.tsx';
import { PageView } from './page-view.tsx';
import { RequestList } from './request-list.tsx';

type ViewProps = {
  readonly model: Model;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly paint: Paint;
};

/** The whole view, as large as the terminal. */
export const View = ({ model, now, paint }: ViewProps): ReactElement => {
  const { columns, rows } = model.size;
  if (columns < columnsMin || rows < rowsMin) {
    return <Text>{`Too small: ${columnsMin} × ${rowsMin} is needed. q: quit`}</Text>;
  }
  const { height, listWidth, pageWidth } = layoutOf(model);
  return (
    <Box flexDirection="column" width={columns} height={rows} overflow="hidden">
      <Header head={model.head} columns={columns} now={now} paint={paint} />
      <Box height={height + 1}>
        {listWidth === null ? null : (
          <RequestList model={model} width={listWidth} height={height} paint={paint} />
        )}
        {model.page === null ? null : (
          <PageView page={model.page} width={pageWidth} height={height} paint={paint} />
        )}
      </Box>
      <Foot model={model} paint={paint} />
    </Box>
  );
};
