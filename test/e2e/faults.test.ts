import { describe, expect, it } from 'vitest'
import { faultCases } from '../faults/cases.ts'
import { runCase } from '../faults/run-case.ts'

// the whole matrix, in real time, is `npm run faults`
describe.each(['http/json', 'http/protobuf'] as const)('no span is lost over %s', (protocol) => {
  it.concurrent.each(faultCases([300_000]))('$name', { timeout: 60_000 }, async (fault) => {
    const outcome = await runCase(fault, { protocol, speed: 200 })
    expect(outcome).toMatchObject({ fault: fault.name, lost: 0, duplicates: 0, spooled: 0 })
    // what cannot be kept is counted
    if (fault.name === 'one span refused per request') expect(outcome.dropped).toBeGreaterThan(0)
    else expect(outcome.dropped).toBe(0)
  })
})
