import type { PodLeg } from './pod-leg.ts';

/**
 * Milliseconds that the connection to the pod may wait while the laptop has the requests of its
 * client; servers end what is idle for 5 s or so.
 */
const waitMsMax = 500;

/** The requests of one client connection that go to the laptop, one after the other. */
export class Detour {
  private since: number | undefined;

  /** The last request went to the laptop, and not to the pod since. */
  get isOn(): boolean {
    return this.since !== undefined;
  }

  begin(): void {
    this.since ??= performance.now();
  }

  /**
   * The next request goes to the pod: on this connection, or on a new one, because the pod may be
   * about to end what has waited for long. The caller can't know, for it the connection was in use.
   */
  end(pod: PodLeg | undefined): PodLeg | undefined {
    const waitMs = this.since === undefined ? 0 : performance.now() - this.since;
    this.since = undefined;
    if (waitMs < waitMsMax) return pod;
    pod?.end();
    return undefined;
  }
}
