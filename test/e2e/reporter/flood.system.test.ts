import type { AgentRun } from '@agent-run/types'
import { AgentRunReporter } from '@aos/sdk/reporter'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { setUpReporting } from './reporting-stage.ts'

const MEBIBYTE = 1024 * 1024

function runOf(index: number): AgentRun {
  return {
    id: `run-${index}`,
    agent_id: 'agent-1',
    status: 'completed',
    started_at: '2026-01-31T10:30:00.000Z',
    steps: [],
    cost: { input_tokens: 0, output_tokens: 0 },
    provenance: { run_hash: '0'.repeat(64) },
    metadata: { text: 'x'.repeat(1000) },
  }
}

function bytesIn(directory: string): number {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  )
  return files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0)
}

describe('100,000 runs while the server is down', () => {
  test.for([true, false])('are bounded, and each drop is counted (on disk: %s)', async (isOnDisk) => {
    await using stage = await setUpReporting()
    await stage.server.refuse()
    let reports = 0
    const reporter = new AgentRunReporter({
      url: stage.server.url,
      directory: isOnDisk ? stage.directory : false,
      onReport: () => (reports += 1),
    })
    const before = process.memoryUsage().rss
    for (let index = 0; index < 100_000; index += 1) {
      reporter.report(runOf(index))
      if (index % 1000 === 0)
        await new Promise((resolve) => {
          setImmediate(resolve)
        })
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * MEBIBYTE)
    const { accepted, queued, inFlight, spooled, dropped, delivered, rejected, expired } = reporter.stats()
    expect([accepted, delivered, rejected, expired]).toEqual([100_000, 0, 0, 0])
    expect(queued + inFlight + spooled + dropped).toBe(100_000)
    expect(dropped).toBeGreaterThan(0)
    expect(reports).toBeLessThan(10)
    if (isOnDisk) expect(bytesIn(stage.directory)).toBeLessThanOrEqual(64 * MEBIBYTE)
    await reporter.close(0)
    expect(reporter.stats().queued).toBe(0)
  })
})
