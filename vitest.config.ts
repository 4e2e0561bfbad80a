import { defineConfig } from 'vitest/config';

/** Tests that change nothing of their process: they share a worker's modules, whose loading costs more than they do. */
const PURE =
  'test/unit/{rules,ledger,engine,filter,input,events,errors,catalogue,graph,text,directory,metrics,config,testing,telemetry,connectors,dashboard,simulate}/**/*.test.ts';

export default defineConfig({
  test: {
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: 'forks',
    // All cores: the default leaves one idle, which is half of a small machine.
    maxWorkers: '100%',
    projects: [
      { extends: true, test: { name: 'pure', include: [PURE], isolate: false } },
      {
        extends: true,
        test: {
          name: 'isolated',
          include: ['test/**/*.test.ts'],
          exclude: [PURE],
          globalSetup: [
            'test/helpers/temporary-folder.ts',
            'test/postgres/global-setup.ts',
            'test/dashboard/global-setup.ts',
          ],
        },
      },
    ],
    coverage: {
      // The rooms that unit tests cover without a network, a file of SQLite or another process (`npm run test:coverage`).
      include: ['src/{rules,ledger,engine,filter,input,events,errors,catalogue,directory}/**/*.ts'],
      reporter: [['text', { skipFull: true }]],
      thresholds: {
        statements: 96,
        branches: 92,
        functions: 95,
        lines: 96,
        'src/rules/**': { 100: true },
      },
    },
  },
});
