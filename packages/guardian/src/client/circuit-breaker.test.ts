import { isAosError } from '@aos/sdk'
import { expect, test } from 'vitest'
import { ManualClock } from '../../../../test/support/manual-clock.ts'
import { CircuitBreaker } from './circuit-breaker.ts'

function fail(breaker: CircuitBreaker, times: number): void {
  for (let count = 0; count < times; count++) breaker.record(false)
}

test('opens after five failures in a row, and no sooner', () => {
  const breaker = new CircuitBreaker({}, new ManualClock())
  fail(breaker, 4)
  breaker.record(true)
  fail(breaker, 4)
  expect(breaker.admit()).toBe('call')
  breaker.record(false)
  expect([breaker.state, breaker.admit(), breaker.opened]).toEqual(['open', 'refuse', 1])
})

test('opens when more than half of the last twenty have failed', () => {
  const breaker = new CircuitBreaker({}, new ManualClock())
  for (let count = 0; count < 10; count++) {
    breaker.record(false)
    breaker.record(true)
  }
  expect(breaker.state).toBe('closed')
  breaker.record(false)
  expect(breaker.state).toBe('closed')
  breaker.record(false)
  expect(breaker.state).toBe('open')
})

test('lets one probe out after five seconds, and closes if it is answered', () => {
  const clock = new ManualClock()
  const breaker = new CircuitBreaker({}, clock)
  fail(breaker, 5)
  clock.advance(4999)
  expect(breaker.admit()).toBe('refuse')
  clock.advance(1)
  expect([breaker.admit(), breaker.admit(), breaker.state]).toEqual(['probe', 'refuse', 'half_open'])
  breaker.probed(false)
  expect([breaker.admit(), breaker.opened]).toEqual(['refuse', 2])
  clock.advance(5000)
  expect(breaker.admit()).toBe('probe')
  breaker.probed(true)
  expect(breaker.admit()).toBe('call')
  fail(breaker, 4)
  expect(breaker.state).toBe('closed')
})

test('does not hear what calls say that went out before it opened', () => {
  const breaker = new CircuitBreaker({ failures: 1 }, new ManualClock())
  breaker.record(false)
  breaker.record(true)
  breaker.probed(true)
  expect(breaker.state).toBe('open')
})

test.each([
  { failures: 0 },
  { failures: 1.5 },
  { window: 0 },
  { rate: 0 },
  { rate: 1.1 },
  { rate: NaN },
  { probeAfterMs: -1 },
])('refuses %j', (options) => {
  expect(() => new CircuitBreaker(options, new ManualClock())).toThrow(
    expect.toSatisfy((error) => isAosError(error, 'invalid_options')),
  )
})
