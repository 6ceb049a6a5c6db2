import type { AgentEnd } from '../../tunnel/agent-end.ts';

/** The tunnel that is up at this moment, if one is. */
export class CurrentTunnel {
  private end: AgentEnd | undefined;
  private waiting: ((end: AgentEnd | undefined) => void)[] = [];

  get now(): AgentEnd | undefined {
    return this.end;
  }

  /** This one is up, until it closes or another takes its place. */
  readonly use = (end: AgentEnd): void => {
    this.end = end;
    for (const tell of this.waiting) tell(end);
    this.waiting = [];
    void end.closed.then(() => {
      if (this.end === end) this.end = undefined;
    });
  };

  /** The tunnel, also one that comes up within so many milliseconds; else undefined. */
  within(milliseconds: number): Promise<AgentEnd | undefined> {
    if (this.end !== undefined) return Promise.resolve(this.end);
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(undefined), milliseconds);
      this.waiting.push((end) => {
        clearTimeout(timer);
        resolve(end);
      });
    });
  }
}
