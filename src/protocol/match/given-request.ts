import type { GivenRequest } from '../explanation.ts';
import { fieldsOf } from './overlap/witness.ts';
import type { RequestFields } from './request-fields.ts';

/** A request that somebody asks about, as an agent would look at it. */
export const givenFields = ({ method, target, headers }: GivenRequest): RequestFields =>
  fieldsOf({
    method,
    target,
    headers: headers.map(([name, value]) => [
      name.toLowerCase(),
      value.replace(/^[ \t]+|[ \t]+$/g, ''),
    ]),
  });
