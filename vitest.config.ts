import { availableParallelism } from 'node:os'
import { defineConfig, type ViteUserConfig } from 'vitest/config'

// without `module`: what some packages list there is for bundlers, and Node cannot load it; `import` and `require` are added
// where a file is imported or required
const conditions = ['aos-source', 'node', 'default']

// real processes, streams that are left alone, and what proves a test of ours: CI runs them, `npm test` need not wait
const slow = [
  'test/compat/otel-*/**/*.test.ts',
  'test/compat/{a2a,mcp}/processes-spans.test.ts',
  'test/compat/vercel-cuts.test.ts',
  'test/e2e/vercel-differential-harness.test.ts',
]
const left = ['**/node_modules/**', '**/*.system.test.ts', ...slow]

// these set OpenTelemetry globals or signal handlers, so each has a process of its own
const isolated = ['test/e2e/**/*.test.ts', 'test/**/*spans.test.ts']

// the same tests with the older versions of each framework: CI runs them as well
const everyVersion = ['test/compat/{canary,langchain-*,vercel-*}.test.ts', 'test/e2e/vercel-*.test.ts']
const versions = (choice: string): { AOS_TEST_VERSIONS: string } => ({
  AOS_TEST_VERSIONS: process.env['AOS_TEST_VERSIONS'] ?? choice,
})

const config: ViteUserConfig = defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    reporters: ['default', './scripts/summary-reporter.ts'],
    isolate: false,
    // by default one core is left alone, which on two cores is half of them
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          // a property over thousands of values takes its time on a machine that is busy
          testTimeout: 20_000,
          include: [
            'packages/*/src/**/*.test.ts',
            'scripts/**/*.test.ts',
            'test/conformance/**/*.test.ts',
            'test/support/**/*.test.ts',
          ],
          exclude: ['**/node_modules/**', '**/*.system.test.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'compat',
          include: ['test/compat/**/*.test.ts', 'test/examples/**/*.test.ts'],
          exclude: [...left, ...isolated],
          testTimeout: 30_000,
          env: versions('newest'),
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: isolated,
          exclude: left,
          testTimeout: 30_000,
          env: versions('newest'),
          isolate: true,
        },
      },
      {
        extends: true,
        test: {
          name: 'older-versions',
          include: everyVersion,
          exclude: left,
          testTimeout: 30_000,
          env: versions('older'),
          isolate: true,
        },
      },
      {
        extends: true,
        test: {
          name: 'system',
          include: ['test/packaging/**/*.test.ts', '{packages,test}/**/*.system.test.ts', ...slow],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          env: versions('all'),
          isolate: true,
        },
      },
    ],
  },
})

export default config
