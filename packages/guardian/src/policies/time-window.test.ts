import { deepEqual, equal, throws } from 'node:assert/strict'
import { isAosError } from '@aos/sdk'
import { describe, test } from 'vitest'
import { verifies } from '../../../../test/conformance/verifies.ts'
import { stepOf } from '../../../../test/support/policy-step.ts'
import type { PolicyContext } from '../policy/policy.ts'
import { timeWindow, type TimeWindowOptions } from './time-window.ts'

function at(
  options: Omit<TimeWindowOptions, 'clock'>,
  instants: readonly string[],
  step: Partial<PolicyContext> = {},
): readonly boolean[] {
  let now = 0
  const policy = timeWindow({ ...options, clock: () => now })
  return instants.map((instant) => {
    now = Date.parse(instant)
    return policy.evaluate(stepOf(step)) === undefined
  })
}

describe('a time window', () => {
  verifies('guardian.policy.time-window', 'opens and closes by the wall clock of its zone', () => {
    deepEqual(
      at({ zone: 'Europe/Berlin', allow: { days: 'mon-fri', from: '09:00', to: '17:30' } }, [
        '2026-01-05T07:59:59Z',
        '2026-01-05T08:00:00Z',
        '2026-01-05T16:29:59Z',
        '2026-01-05T16:30:00Z',
        '2026-01-03T10:00:00Z',
        '2026-07-06T07:00:00Z',
        '2026-07-06T06:59:00Z',
      ]),
      [false, true, true, false, false, true, false],
    )
  })

  test('goes on after midnight of the day that it begins', () => {
    deepEqual(
      at({ zone: 'UTC', allow: { days: ['fri'], from: '22:00', to: '02:00' } }, [
        '2026-01-02T21:59:00Z',
        '2026-01-02T22:00:00Z',
        '2026-01-03T01:59:00Z',
        '2026-01-03T02:00:00Z',
        '2026-01-02T01:00:00Z',
        '2026-01-03T23:00:00Z',
      ]),
      [false, true, true, false, false, false],
    )
  })

  test('follows the clock over the change to summer time and back', () => {
    const night = { zone: 'Europe/Berlin', allow: { from: '02:30', to: '03:30' } }
    // 02:00 becomes 03:00
    deepEqual(
      at(night, [
        '2026-03-29T00:59:00Z',
        '2026-03-29T01:00:00Z',
        '2026-03-29T01:29:00Z',
        '2026-03-29T01:30:00Z',
      ]),
      [false, true, true, false],
    )
    // 03:00 becomes 02:00
    deepEqual(
      at(night, [
        '2026-10-25T00:29:00Z',
        '2026-10-25T00:30:00Z',
        '2026-10-25T01:00:00Z',
        '2026-10-25T01:30:00Z',
      ]),
      [false, true, false, true],
    )
  })

  test('takes ranges over the weekend, whole days and several windows', () => {
    const sunday = '2026-01-04T12:00:00Z'
    const tuesday = '2026-01-06T12:00:00Z'
    deepEqual(at({ zone: 'UTC', allow: { days: 'sat-mon' } }, [sunday, tuesday]), [true, false])
    deepEqual(at({ zone: 'UTC', deny: { days: 'Sun' } }, [sunday, tuesday]), [false, true])
    deepEqual(
      at(
        {
          zone: 'UTC',
          allow: [
            { days: 'tue', to: '13:00' },
            { days: 'sun', to: '24:00' },
          ],
        },
        [sunday, tuesday],
      ),
      [true, true],
    )
    deepEqual(at({ zone: 'UTC', allow: {}, deny: { days: 'sun' } }, [sunday, tuesday]), [false, true])
  })

  test('is for the tools and hooks named', () => {
    const options: TimeWindowOptions = {
      zone: 'UTC',
      deny: {},
      tools: 'pay_*',
      hooks: ['toolCallRequest', 'message'],
    }
    deepEqual(timeWindow(options).hooks.toSorted(), ['mcp', 'message', 'toolCallRequest'])
    deepEqual(at(options, ['2026-01-04T12:00:00Z'], { toolName: 'search' }), [true])
    deepEqual(at(options, ['2026-01-04T12:00:00Z'], { toolName: 'PAY_bill' }), [false])
    deepEqual(at(options, ['2026-01-04T12:00:00Z'], { hook: 'message', toolName: '' }), [false])
  })

  test('denies without a clock', () => {
    for (const now of [Number.NaN, Number.POSITIVE_INFINITY, 9e15]) {
      const answer = timeWindow({ zone: 'UTC', allow: {}, clock: () => now }).evaluate(stepOf({}))
      equal(Reflect.get(Object(answer), 'reasonCode'), 'clock_unreadable')
    }
  })
})

test('options that mean nothing are refused by name', () => {
  for (const [options, named] of [
    [{ allow: {} }, /zone/],
    [{ zone: 'Europe/Berlim', allow: {} }, /zone/],
    [{ zone: 'UTC' }, /allow/],
    [{ zone: 'UTC', allow: [] }, /allow/],
    [{ zone: 'UTC', allow: { days: 'montag' } }, /allow\.days/],
    [{ zone: 'UTC', allow: { days: [] } }, /allow\.days/],
    [{ zone: 'UTC', allow: { days: 'mon-tue-wed' } }, /allow\.days/],
    [{ zone: 'UTC', allow: { from: '9:00' } }, /allow\.from/],
    [{ zone: 'UTC', allow: { from: 540 } }, /allow\.from/],
    [{ zone: 'UTC', allow: { to: '24:01' } }, /allow\.to/],
    [{ zone: 'UTC', allow: { from: '09:00', to: '09:00' } }, /allow\.from/],
    [{ zone: 'UTC', allow: { until: '09:00' } }, /until/],
    [{ zone: 'UTC', allow: {}, hooks: ['tools'] }, /hooks/],
  ] as const)
    throws(
      () => timeWindow(options as never),
      (error) => isAosError(error, 'invalid_policy') && named.test(error.message),
    )
})
