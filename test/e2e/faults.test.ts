import { describe, expect, it } from 'vitest'
import { faultCases } from '../faults/cases.ts'
import { runCase } from '../faults/run-case.ts'
import { ENDING_CASES, runEnding } from '../faults/run-ending.ts'

// the whole matrix, in real time, is `npm run faults`
describe.each(['http/json', 'http/protobuf'] as const)('no span is lost over %s', (protocol) => {
  it.concurrent.each(faultCases([20_000, 300_000]))('$name', { timeout: 60_000 }, async (fault) => {
    const outcome = await runCase(fault, { protocol, speed: 200 })
    expect(outcome).toMatchObject({ fault: fault.name, lost: 0, duplicates: 0, spooled: 0 })
    // what cannot be kept is counted
    if (fault.name === 'one span refused per request') expect(outcome.dropped).toBeGreaterThan(0)
    else expect(outcome.dropped).toBe(0)
  })
})

describe('no span is lost when a process', () => {
  const cases = ENDING_CASES.filter(({ name }) => /SIGKILL|two|disk/.test(name))
  it.runIf(process.platform !== 'win32').each(cases)('$name', { timeout: 60_000 }, async (ending) => {
    const outcome = await runEnding(ending, { protocol: 'http/json' })
    expect(outcome).toMatchObject({ lost: 0, duplicates: 0 })
    if (ending.maxFileBytes === undefined) expect(outcome.dropped).toBe(0)
    else expect(outcome.dropped).toBeGreaterThan(0)
  })
})
