import type { Wire } from '../../base/wire/wire.ts';
import type { RequestFields } from '../../protocol/match/request-fields.ts';
import type { Verdict } from '../decide.ts';
import type { Divert } from '../divert.ts';

/** What a client connection needs from its agent. */
export type Http2Services = {
  readonly decide: (request: { readonly fields: RequestFields }) => Verdict | undefined;
  readonly divert: Divert;
  /** Dials the pod; the wire may be written to at once. */
  readonly dialPod: () => Wire;
  readonly draining: () => boolean;
};
