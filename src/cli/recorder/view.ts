import * as v from 'valibot';
import type { PassReason } from '../../protocol/reports.ts';
import type { ExchangeState, ExchangeTiming, HeaderLine } from './exchange.ts';

/** One line of a list. Holds no secret: what is one reads `[redacted:NAME]`. */
export type ExchangeSummary = {
  readonly id: string;
  readonly intercept: string;
  readonly name: string;
  readonly port: number;
  /** RFC 3339. */
  readonly at: string;
  readonly state: ExchangeState;
  readonly method: string | null;
  readonly path: string | null;
  readonly status: number | null;
  /** From the request's head to the answer's; null before that. */
  readonly ms: number | null;
  readonly servedBy: 'local' | 'pod';
  readonly passReason?: PassReason | undefined;
  readonly replayOf?: string | undefined;
};

/** A body as it is shown: decoded, and without its secrets. */
export type BodyView = {
  /** `binary`: `base64` holds it. */
  readonly kind: 'empty' | 'json' | 'text' | 'binary';
  readonly text: string | null;
  readonly base64: string | null;
  /** Of `Content-Encoding`; null without. */
  readonly encoding: string | null;
  /** It is undone in `text` or `base64`. */
  readonly decoded: boolean;
  /** Octets that were transferred, and those of them that were kept. */
  readonly totalBytes: number;
  readonly keptBytes: number;
  /** `text` or `base64` is not all of it. */
  readonly truncated: boolean;
  /** Of what was kept, as transferred, in hex. */
  readonly sha256: string;
};

export type MessageView = {
  readonly startLine: string;
  readonly headers: readonly HeaderLine[];
  readonly body: BodyView;
};

/** One exchange in full, as far as others may see it. */
export type ExchangeView = ExchangeSummary & {
  readonly request: MessageView | null;
  readonly response: MessageView | null;
  readonly timing: ExchangeTiming;
  /** The names in its `[redacted:NAME]`, with where the first of each stands: `header:authorization`. */
  readonly redacted: readonly { readonly name: string; readonly where: string }[];
};

const orNull = <T>(schema: v.GenericSchema<unknown, T>): v.GenericSchema<unknown, T | null> =>
  v.nullable(schema);
const text = orNull(v.string());
const number = orNull(v.number());

const passReasons = [
  'manager_gone',
  'laptop_gone',
  'paused',
  'local_refused',
  'local_closed',
  'local_invalid',
  'local_slow',
  'too_many',
  'tunnel_refused',
] as const satisfies readonly PassReason[];

const summary = {
  id: v.string(),
  intercept: v.string(),
  name: v.string(),
  port: v.number(),
  at: v.string(),
  state: v.picklist(['running', 'complete', 'upgraded', 'aborted', 'unreadable', 'passed']),
  method: text,
  path: text,
  status: number,
  ms: number,
  servedBy: v.picklist(['local', 'pod']),
  passReason: v.optional(v.picklist(passReasons)),
  replayOf: v.optional(v.string()),
};

const messageSchema: v.GenericSchema<unknown, MessageView> = v.object({
  startLine: v.string(),
  headers: v.array(v.tuple([v.string(), v.string()])),
  body: v.object({
    kind: v.picklist(['empty', 'json', 'text', 'binary']),
    text,
    base64: text,
    encoding: text,
    decoded: v.boolean(),
    totalBytes: v.number(),
    keptBytes: v.number(),
    truncated: v.boolean(),
    sha256: v.string(),
  }),
});

export const exchangeSummarySchema: v.GenericSchema<unknown, ExchangeSummary> = v.object(summary);

export const exchangeViewSchema: v.GenericSchema<unknown, ExchangeView> = v.object({
  ...summary,
  request: orNull(messageSchema),
  response: orNull(messageSchema),
  timing: v.object({ requestBodyMs: number, firstByteMs: number, totalMs: number }),
  redacted: v.array(v.object({ name: v.string(), where: v.string() })),
});
