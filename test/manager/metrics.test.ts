import { afterEach, expect, test } from 'vitest';
import { noCounts } from '../../src/protocol/no-counts.ts';
import {
  call,
  cleanUp,
  create,
  interceptOf,
  startAgent,
  startLaptop,
  startWorld,
  wanted,
} from './world.ts';

afterEach(cleanUp);

test('/metrics has the funnel of each intercept by its id, and nobody’s name or key', async () => {
  const world = await startWorld(undefined, { metrics: { host: '127.0.0.1', port: 0 } });
  const agent = await startAgent(world, 'pricing');
  const { session } = await startLaptop(world);
  const { id } = interceptOf(await create(world, wanted(session)));
  const { key } = (await call(world, 'GET', '/v1/me')).body as { readonly key: string };
  const counts = {
    ...noCounts,
    ...{ seen: 9, matched: 7, diverted: 5, answered: 4 },
    ...{ passed: { laptop_gone: 2 }, failed: { local_closed: 1 } },
  };
  const read = async (): Promise<string> =>
    await (await fetch(`http://${world.manager.metrics}/metrics`)).text();
  await agent.report({ counts: { [id]: counts } });
  const text = await read();
  const lines = text.split('\n').filter((line) => line.startsWith('byway_manager_intercept_'));
  expect(lines).toEqual([
    `byway_manager_intercept_seen_total{intercept="${id}"} 9`,
    `byway_manager_intercept_matched_total{intercept="${id}"} 7`,
    `byway_manager_intercept_diverted_total{intercept="${id}"} 5`,
    `byway_manager_intercept_answered_total{intercept="${id}"} 4`,
    `byway_manager_intercept_passed_total{intercept="${id}",reason="laptop_gone"} 2`,
    `byway_manager_intercept_failed_total{intercept="${id}",reason="local_closed"} 1`,
  ]);
  for (const secret of [key, 'ada', 'pricing']) expect(text).not.toContain(secret);
  await call(world, 'DELETE', `/v1/intercepts/${id}`);
  expect(await read()).not.toContain(id);
});
