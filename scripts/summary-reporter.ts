import type { Reporter, TestModule } from 'vitest/node'

/** Counts of one test run as the closing line shows them. */
export interface Totals {
  passed: number
  failed: number
  skipped: number
}

/** Formats totals as the plain closing line. */
export function formatTotals({ passed, failed, skipped }: Totals): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}

/** Counts test results; a file that fails to load and an error outside every test are failures. */
export function countTotals(modules: readonly TestModule[], unhandledErrors: number): Totals {
  const totals: Totals = { passed: 0, failed: unhandledErrors, skipped: 0 }
  for (const module of modules) {
    for (const test of module.children.allTests()) {
      const { state } = test.result()
      totals[state === 'passed' || state === 'failed' ? state : 'skipped'] += 1
    }
    totals.failed += module.errors().length
    for (const suite of module.children.allSuites()) totals.failed += suite.errors().length
  }
  return totals
}

/** Ends every test run with the plain line `N passed, N failed`. */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    process.stdout.write(`${formatTotals(countTotals(modules, unhandledErrors.length))}\n`)
  }
}
