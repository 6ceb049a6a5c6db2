import { unansweredMax, upgradeAgainMs } from './limits.ts';

/** Which way worked last, so that what is in between is not asked in vain at each reconnection. */
export class TransportMemory {
  #webSocketUntil = 0;
  #upgradeWorked = false;
  #unanswered = 0;

  /** Whether to try the WebSocket first; after ten minutes our own Upgrade has its turn again. */
  prefersWebSocket(now: number): boolean {
    return now < this.#webSocketUntil;
  }

  /** Our own Upgrade did not get through. */
  preferWebSocket(now: number): void {
    this.#webSocketUntil = now + upgradeAgainMs;
    this.#upgradeWorked = false;
  }

  forget(): void {
    this.#webSocketUntil = 0;
  }

  /** Our own Upgrade got through. */
  upgradeWorked(): void {
    this.#upgradeWorked = true;
    this.#unanswered = 0;
  }

  /**
   * Our own Upgrade was not answered. Whether the manager is likely to be away, because the Upgrade
   * worked before; two times in a row at most, then something in between may hold it back by now.
   */
  isLikelyAway(): boolean {
    if (!this.#upgradeWorked) return false;
    this.#unanswered = (this.#unanswered + 1) % unansweredMax;
    return this.#unanswered !== 0;
  }
}
