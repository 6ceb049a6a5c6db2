import { keyHeader } from '../../../propagation/key.ts';
import { fieldName } from '../../http1/fields.ts';
import type { RequestFields } from '../request-fields.ts';

const headers = [keyHeader, 'byway-id', 'byway', 'x-byway', 'x-byway-key', 'x-byway-ids'].map(
  fieldName,
);
const lists = ['baggage', 'tracestate', 'cookie'].map(fieldName);

/** Whether a request has anything to do with a routing key; cheap where it has not. */
export const hasTraceOfKey = (fields: RequestFields): boolean => {
  for (const name of headers) if (fields.linesOf(name) > 0) return true;
  for (const name of lists) if (mentionsUs(fields.valueOf(name))) return true;
  return mentionsUs(fields.target);
};

// As people write it; a regular expression for any case takes many times as long.
const mentionsUs = (text: string | undefined): boolean =>
  text !== undefined &&
  (text.includes('byway') || text.includes('Byway') || text.includes('BYWAY'));
