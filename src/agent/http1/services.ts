import type { Wire } from '../../base/wire/wire.ts';
import type { RequestHead } from '../../protocol/http1/request-head.ts';
import type { Verdict } from '../decide.ts';
import type { LaptopPool } from '../laptop-pool.ts';

/** What a client connection needs from its agent. */
export type Http1Services = {
  readonly decide: (head: RequestHead) => Verdict | undefined;
  readonly laptops: LaptopPool;
  /** Dials the pod; the wire may be written to at once. */
  readonly dialPod: () => Wire;
  readonly draining: () => boolean;
};
