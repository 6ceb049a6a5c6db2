import type * as v from 'valibot';

/** What `--json` prints, for the schemas in `schemas/`; nothing is checked by it at run time. */
export type Documented = {
  readonly schema: v.GenericSchema;
  readonly description: string;
  /** `document`: one in all. `lines`: one document a line, as things happen. */
  readonly form: 'document' | 'lines';
};
