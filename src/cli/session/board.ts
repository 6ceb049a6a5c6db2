import type { Intercept } from '../../protocol/intercepts.ts';
import type { InterceptStatus } from '../control/messages.ts';
import type { SessionEvent } from './session-event.ts';

/** How one intercept of this process is, from what was said of it. */
export class BoardEntry {
  #status: InterceptStatus;

  constructor(name: string, port: number) {
    this.#status = { id: null, name, port, state: 'starting', legsMs: null, requests: 0 };
  }

  get status(): InterceptStatus {
    return this.#status;
  }

  created({ id, workload }: Intercept): void {
    this.#status = { ...this.#status, id, name: workload.name };
  }

  /** Takes in what happened; everything else says nothing of its state. */
  readonly event = (event: SessionEvent): void => {
    const before = this.#status;
    if (event.type === 'request') this.#status = { ...before, requests: before.requests + 1 };
    else if (event.type === 'ready') {
      this.#status = { ...before, state: 'ready', legsMs: event.legsMs };
    } else if (event.type === 'resumed') this.#status = { ...before, state: 'ready' };
    else if (event.type === 'paused' || event.type === 'not_ready') {
      this.#status = { ...before, state: event.type };
    }
  };
}
