import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 120_000,
    pool: 'forks',
    coverage: {
      // The rooms that unit tests cover without a network, a file of SQLite or another process (`npm run test:coverage`).
      include: ['src/{rules,ledger,engine,filter,input,events,errors,catalogue,directory}/**/*.ts'],
      reporter: [['text', { skipFull: true }]],
      thresholds: {
        statements: 97,
        branches: 92,
        functions: 97,
        lines: 97,
        'src/rules/**': { 100: true },
      },
    },
  },
});
