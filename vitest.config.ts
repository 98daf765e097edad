import { defineConfig, type ViteUserConfig } from 'vitest/config'

// without `module`: what some packages list there is for bundlers, and Node cannot load it
const conditions = ['aos-source', 'node', 'import', 'default']

// minutes of real processes and of streams that are left alone: CI runs them, a first `npm test` need not wait for them
const slow = ['test/compat/otel-*/**/*.test.ts', 'test/compat/vercel-cuts.test.ts']

const config: ViteUserConfig = defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    reporters: ['default', './scripts/summary-reporter.ts'],
    isolate: false,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts', 'scripts/**/*.test.ts', 'test/conformance/**/*.test.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts', 'test/compat/**/*.test.ts', 'test/examples/**/*.test.ts'],
          exclude: ['**/node_modules/**', '**/*.system.test.ts', ...slow],
          testTimeout: 30_000,
          // these set OpenTelemetry globals, signal handlers and framework versions
          isolate: true,
        },
      },
      {
        extends: true,
        test: {
          name: 'system',
          include: ['test/packaging/**/*.test.ts', 'test/**/*.system.test.ts', ...slow],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          isolate: true,
        },
      },
    ],
  },
})

export default config
