import type { ExchangeSummary } from '../../../src/cli/recorder/view.ts';
import { type Head, type Model, newModel } from '../../../src/cli/ui/model/model.ts';

/** A request that was answered here. */
export const row = (number: number, more: Partial<ExchangeSummary> = {}): ExchangeSummary => ({
  id: `rq_${number}`,
  intercept: 'ic_a',
  name: 'pricing',
  port: 4000,
  at: new Date(Date.UTC(2026, 10, 21, 10, 42, 0, number)).toISOString(),
  state: 'complete',
  method: 'GET',
  path: `/price/${number}`,
  status: 200,
  ms: 9,
  servedBy: 'local',
  ...more,
});

/** Oldest first. */
export const rows = (from: number, to: number): readonly ExchangeSummary[] =>
  Array.from({ length: to - from + 1 }, (_, index) => row(from + index));

export const head: Head = {
  name: 'pricing',
  target: 'localhost:4000',
  match: 'your key',
  personal: true,
  state: 'active',
  because: null,
  listening: true,
  createdAt: Date.UTC(2026, 10, 21, 10, 0),
  expiresAt: Date.UTC(2026, 10, 21, 10, 45),
  transport: 'tls',
  tunnel: { state: 'connected', latencyMs: 12, attempt: null, retryInMs: null },
  counts: {
    seen: 4102,
    matched: 37,
    diverted: 35,
    answered: 35,
    passed: { local_refused: 2 },
    failed: {},
  },
};

/** 23 minutes before the end of its lease. */
export const now = Date.UTC(2026, 10, 21, 10, 22);

export const model = (more: Partial<Model> = {}): Model => ({
  ...newModel({
    head,
    size: { columns: 80, rows: 24 },
    serves: true,
    hasChoice: false,
    sees: true,
  }),
  ...more,
});
