import { describe, expect, it } from 'vitest'
import { ENDING_CASES, runEnding } from '../faults/run-ending.ts'

// the other endings are proved on both OpenTelemetry lines
const cases = ENDING_CASES.filter(({ name }) => /SIGKILL|two|disk/.test(name))

describe.skipIf(process.platform === 'win32')('no span is lost when a process', () => {
  it.each(cases)('$name', async (ending) => {
    const outcome = await runEnding(ending, { protocol: 'http/json' })
    expect(outcome).toMatchObject({ lost: 0, duplicates: 0 })
    if (ending.maxFileBytes === undefined) expect(outcome.dropped).toBe(0)
    else expect(outcome.dropped).toBeGreaterThan(0)
  })
})
