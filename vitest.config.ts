import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Most of a test's time is waiting for other processes; by default one core would stay idle.
    maxWorkers: '100%',
  },
});
