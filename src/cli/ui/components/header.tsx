import { Box, Text } from 'ink';
import type { ReactElement } from 'react';
import type { Paint } from '../../paint.ts';
import { countsInWords } from '../../wording/counts.ts';
import type { Head } from '../model/model.ts';
import { cut, oneLine, widthOf } from '../text/width.ts';
import { leaseInWords, stateInWords, wayInWords } from '../words/head-words.ts';
import { toned } from './toned.ts';

type HeaderProps = {
  readonly head: Head;
  readonly columns: number;
  readonly now: number;
  readonly paint: Paint;
};

/** Three lines: what goes where and how that is, which requests, and how many of them. */
export const Header = ({ head, columns, now, paint }: HeaderProps): ReactElement => {
  const state = stateInWords(head);
  const lease = leaseInWords(head, now);
  const way = wayInWords(head);
  const title = oneLine(`${head.name} → ${head.target}`);
  const match = `match   ${oneLine(head.match)}${head.personal ? ' (x-byway-id or baggage byway)' : ''}`;
  const counts = head.counts === null ? 'nothing counted yet' : countsInWords(head.counts);
  return (
    <Box flexDirection="column" height={4}>
      <Between
        columns={columns}
        left={title}
        right={`${toned(paint, state.tone, state.text)}${lease === '' ? '' : `   ${lease}`}`}
        rightColumns={widthOf(state.text) + (lease === '' ? 0 : widthOf(lease) + 3)}
      />
      <Between
        columns={columns}
        left={match}
        right={toned(paint, way.tone, way.text)}
        rightColumns={widthOf(way.text)}
      />
      <Text>{` ${cut(oneLine(counts), columns - 2)}`}</Text>
    </Box>
  );
};

type BetweenProps = {
  readonly columns: number;
  readonly left: string;
  readonly right: string;
  readonly rightColumns: number;
};

/** Two texts at the two sides of a line; the left one gives way. */
const Between = ({ columns, left, right, rightColumns }: BetweenProps): ReactElement => (
  <Box justifyContent="space-between" paddingX={1} height={1}>
    <Text wrap="truncate-end">{cut(left, Math.max(8, columns - rightColumns - 4))}</Text>
    <Text wrap="truncate-end">{right}</Text>
  </Box>
);
