import fc from 'fast-check'
import { expect, test } from 'vitest'
import { databaseCall } from '../../../../test/support/database-call.ts'
import { codecOf } from './codecs.ts'
import { readStepContext, toTimestamp } from './step-context.ts'
import { problemOfRequest } from './validate-message.ts'

const UNSAID = { newId: () => 'new', now: () => 7 }

test.each([Number.NaN, Infinity, -1, 8.64e15 + 1, 1.5])(
  'the time %d is one the schema takes',
  (timestamp) => {
    const message = codecOf('aos-0.1').encodeRequest(databaseCall({ timestamp }))
    expect(problemOfRequest(message, message.method)).toBeUndefined()
    expect(Date.parse(toTimestamp(timestamp))).not.toBeNaN()
  },
)

test.each([
  undefined,
  null,
  'x',
  [],
  {},
  { session: 1, agent: [], guardian: [], trace: {}, user: { id: 1 } },
])('a context of %j names nobody', (context) => {
  expect(readStepContext(context, UNSAID).facts).toEqual({
    decisionId: 'new',
    turnId: 'new',
    runId: 'new',
    pass: 'first',
    timestamp: 7,
    agent: { id: 'unknown', name: 'unknown' },
    session: { id: 'unknown', generated: true },
  })
})

test('a point in time is shown as RFC 3339 shows it, to the millisecond', () => {
  const time = fc.integer({ min: 0, max: Date.UTC(9999, 11, 31, 23, 59, 59, 999) })
  const property = fc.property(time, (at) => {
    expect(toTimestamp(at)).toBe(new Date(at).toISOString())
  })
  fc.assert(property)
})

test('facts of another type are nobody’s facts', () => {
  const guardian = {
    toolName: 1,
    role: 'root',
    final: 'yes',
    keywords: [1],
    trigger: { type: 'other' },
    protocol: { name: 'mcp', direction: 'sideways' },
    pass: 'third',
    runId: {},
    policies: 'all',
    form: 'other',
  }
  const { facts, form } = readStepContext({ turnId: 't', guardian }, UNSAID)
  expect(Object.keys(facts).toSorted()).toEqual(
    ['agent', 'decisionId', 'pass', 'runId', 'session', 'timestamp', 'turnId'].toSorted(),
  )
  expect([facts.pass, facts.runId, form]).toEqual(['first', 't', undefined])
})
