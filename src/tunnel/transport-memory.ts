import { upgradeAgainMs } from './limits.ts';

/** Which way worked last, so that what is in between is not asked in vain at each reconnection. */
export class TransportMemory {
  #webSocketUntil = 0;

  /** Whether to try the WebSocket first; after ten minutes our own Upgrade has its turn again. */
  prefersWebSocket(now: number): boolean {
    return now < this.#webSocketUntil;
  }

  /** Our own Upgrade did not get through. */
  preferWebSocket(now: number): void {
    this.#webSocketUntil = now + upgradeAgainMs;
  }

  forget(): void {
    this.#webSocketUntil = 0;
  }
}
